"""Reads an event from its bytes (base64, the argument), with stubs made from the packed contracts."""

import base64
import json
import sys

from buf.validate import validate_pb2
from ticketing.orders.v1 import order_service_pb2 as orders
from ticketing.orders.v1 import order_service_pb2_grpc as orders_grpc
from ticketing.tickets.v1 import ticket_events_pb2 as tickets

event = tickets.TicketEvent.FromString(base64.b64decode(sys.argv[1]))
ticket_id = orders.CreateOrderRequest.DESCRIPTOR.fields_by_name["ticket_id"]
print(
    json.dumps(
        {
            "transition": event.WhichOneof("transition"),
            "price": f"{event.state.price.minor_units} {event.state.price.currency}",
            "rules": ticket_id.GetOptions().HasExtension(validate_pb2.field),
            "stub": hasattr(orders_grpc, "OrderServiceStub"),
        }
    )
)
