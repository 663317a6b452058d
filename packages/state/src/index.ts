export type { InadmissibleReason } from './admission.ts';
export type { DocumentContent } from './canonical-content.ts';
export { clientIdOf, clientSeed } from './client-id.ts';
export type { EditRefusal, RefusalReason, StateErrorDetails } from './errors.ts';
export { everybodyEdits, type DocumentGrants, type DocumentRole } from './grants.ts';
export type { DocumentListener, LocalEdit } from './live-copies.ts';
export type { Authors } from './log-table.ts';
export { defaultStateOptions, type StateOptions, type StateOptionsInput } from './options.ts';
export { MessageLogs, type MessageLogsInput } from './message-logs.ts';
export {
  defaultMessageLogOptions, resolveMessageLogOptions, type MessageLogOptions, type MessageLogOptionsInput,
} from './message-log-options.ts';
export type { Register } from './registers.ts';
export {
  Replica, type LogHead, type RegisterFilter, type ReplicaInput, type StateChange, type StateCounters, type StateCounts,
} from './replica.ts';
export type { SharedDoc } from './shared-doc.ts';
