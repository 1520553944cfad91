"""The state machine: whatever clients, processes, disk, store and time do, in any order.

Each rule is one thing that happens; after each the world is checked. At the end everything is well
again, and then every upload must end and leave nothing.
"""



