/**
 * Which addresses a request may go to. A customer file names URLs, and a URL that leads into the machine's own network would hand
 * its metadata service, its database and its neighbours to whoever writes that file, or answers DNS for a name in it.
 *
 * https://www.iana.org/assignments/iana-ipv4-special-registry/ https://www.iana.org/assignments/iana-ipv6-special-registry/
 */
import ipaddr from 'ipaddr.js'

/** What the service file allows. */
export type NetworkPolicy = Readonly<{
  /** Address ranges that may be reached although they are not public, as CIDR: `10.0.0.0/8`, `fdaa::/16`. */
  allowPrivate: readonly string[]
}>

/** Whether a request may go to an IP address. What is no address is refused. */
export const isAllowedAddress = (text: string, { allowPrivate }: NetworkPolicy): boolean => {
  const address = parse(text)
  if (!address) return false
  return address.range() === 'unicast' || allowPrivate.some((range) => isWithin(address, range))
}

/** Whether a text is an address range that `allowPrivate` may have. */
export const isAddressRange = (text: string): boolean => ipaddr.isValidCIDR(text)

type Address = ipaddr.IPv4 | ipaddr.IPv6

const parse = (text: string): Address | undefined => {
  // Digits alone, or fewer than four groups, are addresses to some resolvers; nothing that comes here needs them.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return address.range() === 'rfc6052' ? embedded(address) : address
}

/** An IPv4 address that a NAT64 gateway reaches: the last four bytes are where the request goes. RFC 6052. */
const embedded = (address: Address): Address =>
  ipaddr.fromByteArray(address.toByteArray().slice(-4))

const isWithin = (address: Address, range: string): boolean => {
  if (!isAddressRange(range)) return false
  const [network, bits] = ipaddr.parseCIDR(range)
  return network.kind() === address.kind() && address.match(network, bits)
}
