"""Which network addresses are the public internet's: the only ones that a caller's URL may mean.

Judged on the address that is about to be connected to, never on a name. An IPv6 address that
stands for an IPv4 address, as translators and tunnels spell them, is judged by that one.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# RFC 6052: the well-known prefix of NAT64, with the IPv4 address in its last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")
# Site-local (RFC 3879) and documentation (RFC 9637), which not every Python knows as such.
_REFUSED = (IPv6Network("fec0::/10"), IPv6Network("3fff::/20"))


def is_public(text: str) -> bool:
    """Whether `text` is an address, without a zone, of the public internet."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public(_meant(address))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _REFUSED)
    )


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
