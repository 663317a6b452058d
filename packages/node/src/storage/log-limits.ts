/** Bounds of one log file, each with its reason. */

/** How large a log and what waits for it may become. */
export interface LogLimits {
  /** Size of the file. It is read whole at every start, and its records are held in memory then. */
  readonly logBytesMax: number;
  /** Records that are not in the file yet. */
  readonly bufferBytesMax: number;
}

/** 4 GiB take some 10 s to read back at 400 MB/s; 256 MiB in memory are a disk that is seconds behind. */
export const logLimits: LogLimits = { logBytesMax: 4 * 1024 ** 3, bufferBytesMax: 256 * 1024 ** 2 };
