export type { MeshContext } from './context.ts';
export { Mesh } from './mesh.ts';
export { resolveMeshOptions, type MeshOptions, type MeshOptionsInput } from './options.ts';
