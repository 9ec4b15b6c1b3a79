import { SkeletonList } from "../design/skeleton.tsx";

/** Shown while the code of a screen loads. */
export const Waiting = () => <SkeletonList count={3} />;
