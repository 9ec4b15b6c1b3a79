"""Buys a ticket over gRPC. Arguments: the gateway's host:port, Stripe's URL, the ticket's id."""

import json
import sys
import urllib.parse
import urllib.request
import uuid

import grpc
from ticketing.auth.v1 import auth_service_pb2 as auth
from ticketing.auth.v1 import auth_service_pb2_grpc as auth_grpc
from ticketing.orders.v1 import order_pb2, order_service_pb2 as orders
from ticketing.orders.v1 import order_service_pb2_grpc as orders_grpc
from ticketing.payments.v1 import payment_service_pb2 as payments
from ticketing.payments.v1 import payment_service_pb2_grpc as payments_grpc
from ticketing.tickets.v1 import ticket_service_pb2 as tickets
from ticketing.tickets.v1 import ticket_service_pb2_grpc as tickets_grpc

gateway, stripe, ticket_id = sys.argv[1:]
TIMEOUT = 10

with grpc.insecure_channel(gateway) as channel:
    accounts = auth_grpc.AuthServiceStub(channel)
    email, password = f"{uuid.uuid4()}@example.com", str(uuid.uuid4())
    accounts.SignUp(
        auth.SignUpRequest(email=email, password=password, display_name="Monty"), timeout=TIMEOUT
    )
    grant = accounts.IssueToken(
        auth.IssueTokenRequest(credentials={"email": email, "password": password}), timeout=TIMEOUT
    )
    bearer = [("authorization", f"Bearer {grant.access_token}")]

    ticket = (
        tickets_grpc.TicketServiceStub(channel)
        .GetTicket(tickets.GetTicketRequest(ticket_id=ticket_id), timeout=TIMEOUT)
        .ticket
    )
    buying = orders_grpc.OrderServiceStub(channel)
    order = buying.CreateOrder(
        orders.CreateOrderRequest(
            request_id=str(uuid.uuid4()), ticket_id=ticket.id, expected_price=ticket.price
        ),
        timeout=TIMEOUT,
        metadata=bearer,
    ).order
    payment = payments_grpc.PaymentServiceStub(channel).StartPayment(
        payments.StartPaymentRequest(order_id=order.id), timeout=TIMEOUT, metadata=bearer
    )
    intent = payment.client_secret.split("_secret_")[0]
    form = urllib.parse.urlencode(
        {
            "key": payment.publishable_key,
            "client_secret": payment.client_secret,
            "payment_method": "pm_card_visa",
        }
    )
    with urllib.request.urlopen(
        f"{stripe}/v1/payment_intents/{intent}/confirm", form.encode(), timeout=TIMEOUT
    ) as answer:
        assert json.load(answer)["status"] == "requires_capture"

    for update in buying.WatchOrder(
        orders.WatchOrderRequest(order_id=order.id), timeout=30, metadata=bearer
    ):
        if update.order.status == order_pb2.ORDER_STATUS_COMPLETE:
            print("COMPLETE")
            break
