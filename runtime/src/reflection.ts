import { create, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";

/** Serves grpc.reflection for the services, from the descriptors that their code was generated with. */
export function addReflection(server: Server, services: DescService[]): void {
  if (services.length === 0) return;
  const files = new Map<string, DescFile>();
  const add = (file: DescFile): void => {
    if (files.has(file.proto.name)) return;
    for (const dependency of file.dependencies) add(dependency);
    files.set(file.proto.name, file);
  };
  for (const service of services) add(service.file);
  const set = create(FileDescriptorSetSchema, {
    file: [...files.values()].map((file) => create(FileDescriptorProtoSchema, file.proto)),
  });
  const bytes = Buffer.from(toBinary(FileDescriptorSetSchema, set));
  const names = services.map((service) => service.typeName);
  new ReflectionService(loadFileDescriptorSetFromBuffer(bytes), { services: names }).addToServer(server);
}
