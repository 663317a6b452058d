/** Which running node a command means: the one it names, or all that run under the home folder. */
import type { Config } from './config/settings.ts';
import { ControlClient, ControlError } from './control-client.ts';
import { runningFolders } from './local-discovery.ts';
import { namedFolder, type NodeFolder } from './node-folder.ts';
import { isLocked } from '@murmuration/node';
import { ProgramError } from './program-error.ts';

/** What one node answered. */
export interface NodeAnswer<Answer> {
  readonly folder: NodeFolder;
  readonly answer: Answer;
}

/** Asks every node that is meant, by name. Throws if none runs, or if one that runs does not answer. */
export async function askNodes<Answer>(
  config: Config, question: (client: ControlClient) => Promise<Answer>,
): Promise<NodeAnswer<Answer>[]> {
  const folders = meantFolders(config);
  return Promise.all(folders.map(async (folder) => {
    try {
      return { folder, answer: await question(new ControlClient(folder.controlSocket)) };
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      const isStarting = error.code === 'unreachable';
      const reason = isStarting ? 'runs but does not answer yet (it is starting or ending)' : error.message;
      throw new ProgramError('control-failed', [`${folder.name} ${reason}`], error);
    }
  }));
}

function meantFolders(config: Config): NodeFolder[] {
  const named = namedFolder(config);
  if (named !== undefined) {
    if (isLocked(named.lock)) return [named];
    throw new ProgramError('not-running', [`${named.name} is not running (no process holds ${named.path})`]);
  }
  const running = runningFolders(config.home);
  if (running.length > 0) return running;
  throw new ProgramError('not-running', [`no node is running under ${config.home}: start one with mesh-node start`]);
}
