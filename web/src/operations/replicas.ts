import type {
  GetOverviewResponse,
  GetOverviewResponse_Replica,
  GetOverviewResponse_Replica_Dependency,
} from "@ticketing/proto/catalog/v1/operations_service";

/** One replica of a service, as it said of itself last. */
export type Replica = Pick<
  GetOverviewResponse_Replica,
  "service" | "instance" | "serving" | "startTime" | "time"
> & {
  dependencies: readonly Pick<GetOverviewResponse_Replica_Dependency, "name" | "reachable" | "needed">[];
};

/** Every replica that was heard lately. A catalog of the release before has them in a field that is going away. */
export const replicasOf = ({ replicas, processes }: GetOverviewResponse): readonly Replica[] =>
  replicas.length > 0 ? replicas : processes;
