/**
 * Sizes that decide whether a document update is admitted. They are rules of the network, not options: two nodes with
 * different numbers would hold different documents. Every cap that adds up is per log and document, and never over a
 * whole document: the sum over several logs depends on which of them arrived first, so a cap on it would too (A10).
 */

/** 64 KiB hold at most about 16,000 structs; 4,096 apply in a few milliseconds (A6). */
export const structsPerUpdateMax = 4_096;
/**
 * Items of one update that claim the same left neighbor, as repeated insertions at one position do. Yjs compares each of
 * them with every concurrent item there, at about 1 us: 4,000 against 5,000 take it 20 s (measured), 32 take 0.2 s.
 */
export const siblingsPerUpdateMax = 32;
/** Ranges of deleted structs. Each may split a struct, which moves the structs behind it. */
export const deletedRangesPerUpdateMax = 4_096;
/** Length of a struct that holds nothing, which costs its author no bytes (A5). */
export const emptyLengthMax = 4_096;
/** Types within types (A9): `toJSON` and `delete` of Yjs recurse. */
export const typeDepthMax = 64;
/** Arrays and objects within one plain value (A9): writing them as JSON recurses. */
export const valueDepthMax = 32;
/** A key of a map or of a plain object is a name (A10). */
export const documentKeyBytesMax = 128;
/** Structs of one log in one document. */
export const structsPerLogMax = 262_144;
/** Bytes of the updates of one log in one document: 32 MiB. */
export const updateBytesPerLogMax = 33_554_432;
/** Documents that one log writes to. */
export const documentsPerLogMax = 1_024;
