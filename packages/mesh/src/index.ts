// Admission happens before a link reaches the core; shells find it here, at their one door to the core.
export { isMember, judgeHello, networkOf, type Network } from '@murmuration/byzantine';
export type { MeshContext } from './context.ts';
export { Mesh } from './mesh.ts';
export { resolveMeshOptions, type MeshOptions, type MeshOptionsInput } from './options.ts';
