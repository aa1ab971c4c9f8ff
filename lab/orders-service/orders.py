"""A service that takes orders. With COMPARE=pairs it looks for duplicates by comparing each order with every other."""

import os
import time

ORDERS = list(range(300))


def find_duplicates_in_pairs(orders):
    found = 0
    for one in orders:
        for other in orders:
            if one == other:
                found += 1
    return found - len(orders)


def find_duplicates(orders):
    return len(orders) - len(set(orders))


def serve():
    while True:
        if os.environ.get("COMPARE") == "pairs":
            find_duplicates_in_pairs(ORDERS)
        else:
            find_duplicates(ORDERS)
            time.sleep(0.1)


serve()
