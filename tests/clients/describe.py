"""Resolves what servers describe of themselves. Arguments: a JSON list of [host:port, service, ...] each.

For each server the named services, and all that the server lists besides, are resolved by a pool that knows nothing
but what the server says; prints the names of those it listed, as a JSON list of lists.
"""

import json
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

listed = []


def resolve(message, seen):
    """Reaches every field's type, as printing any message of this type needs it."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        if field.message_type:
            resolve(field.message_type, seen)
        if field.enum_type:
            assert field.enum_type.values


for address, *services in json.loads(sys.argv[1]):
    with grpc.insecure_channel(address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(database)
        names = sorted(database.get_services())
        assert set(services) <= set(names), (address, services, names)
        seen = set()
        for name in names:
            for method in pool.FindServiceByName(name).methods:
                resolve(method.input_type, seen)
                resolve(method.output_type, seen)
        resolve(pool.FindMessageTypeByName("google.rpc.ErrorInfo"), seen)
        options = pool.FindMessageTypeByName("google.protobuf.FieldOptions")
        rules = {extension.full_name for extension in pool.FindAllExtensions(options)}
        assert rules == {"buf.validate.field"}, rules
        listed.append(names)

print(json.dumps(listed))
