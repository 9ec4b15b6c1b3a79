import type { DescFile, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "@ticketing/proto/google/rpc/error_details";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import { ServerReflection } from "@ticketing/proto/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionAlpha } from "@ticketing/proto/grpc/reflection/v1alpha/reflection";
import { type DescribedContracts, describeContracts, encodeWithImports } from "./described-contracts.ts";
import type { ServiceRouter } from "./grpc/router.ts";

/** What both versions of the protocol ask: they differ in the name of their package alone. */
type Question =
  | { case: "fileByFilename" | "fileContainingSymbol"; value: string }
  | { case: "fileContainingExtension"; value: { containingType: string; extensionNumber: number } }
  | { case: "allExtensionNumbersOfType" | "listServices"; value: string }
  | { case: undefined };
interface Request {
  host: string;
  messageRequest: Question;
}

/**
 * Serves server reflection (github.com/grpc/grpc/blob/master/doc/server-reflection.md) for these services, itself and
 * health, with every file that theirs import and the details of refusals. It shows nothing of other services.
 */
export function addReflection(router: ServiceRouter, services: readonly DescService[]): void {
  const contracts = describeContracts(
    [...services, Health, ServerReflection, ServerReflectionAlpha],
    [file_google_rpc_error_details],
  );
  async function* serverReflectionInfo<R extends Request>(
    requests: AsyncIterable<R>,
    { signal }: HandlerContext,
  ) {
    const sent = new Set<string>();
    for await (const request of untilAborted(requests, signal)) {
      const messageResponse = answer(contracts, request.messageRequest, sent);
      yield { validHost: request.host, originalRequest: request, messageResponse };
    }
  }
  router.service(ServerReflection, { serverReflectionInfo });
  router.service(ServerReflectionAlpha, { serverReflectionInfo });
}

function answer(contracts: DescribedContracts, question: Question, sent: Set<string>) {
  switch (question.case) {
    case "listServices": {
      const service = contracts.services.map((name) => ({ name }));
      return { case: "listServicesResponse" as const, value: { service } };
    }
    case "fileByFilename":
      return fileOr(contracts.fileNamed(question.value), question.value, sent);
    case "fileContainingSymbol":
      return fileOr(contracts.fileDeclaring(question.value), question.value, sent);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      const file = contracts.fileExtending(containingType, extensionNumber);
      return fileOr(file, `extension ${extensionNumber} of ${containingType}`, sent);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = contracts.extensionsOf(question.value);
      if (!extensionNumber) return notFound(question.value);
      const value = { baseTypeName: question.value, extensionNumber: [...extensionNumber] };
      return { case: "allExtensionNumbersResponse" as const, value };
    }
    default:
      throw new ConnectError("a reflection request asks for nothing known", Code.InvalidArgument);
  }
}

function fileOr(file: DescFile | undefined, asked: string, sent: Set<string>) {
  if (!file) return notFound(asked);
  const value = { fileDescriptorProto: encodeWithImports(file, sent) };
  return { case: "fileDescriptorResponse" as const, value };
}

const notFound = (asked: string) => ({
  case: "errorResponse" as const,
  value: { errorCode: Code.NotFound, errorMessage: `${asked} is not found` },
});

/** The same items, ending when the call does: a client that asks nothing more must not hold up a closing server. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = new Promise<{ done: true }>((resolve) => {
    if (signal.aborted) resolve({ done: true });
    signal.addEventListener("abort", () => resolve({ done: true }), { once: true });
  });
  const iterator = items[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next.done) return;
    yield next.value;
  }
}
