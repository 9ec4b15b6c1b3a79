import { SkeletonList } from "../design/skeleton.tsx";

/** While the code of a screen is on its way. */
export const Waiting = () => <SkeletonList count={3} />;
