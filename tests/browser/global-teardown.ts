import { endSharedMesh } from "./shared-mesh.ts";

export default endSharedMesh;
