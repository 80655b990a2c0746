/** What is wrong with the addresses in the environment, said so that no password in one gets into a log. */

/** Says what is wrong with an address that is asked by HTTP and that paths are added to; nothing when it is well. */
export const problemOfAddress = (text: string): string | undefined => {
  const address = URL.parse(text)
  const isHttp = address?.protocol === 'http:' || address?.protocol === 'https:'
  if (!isHttp) return `is no http or https address: ${withoutUser(text)}`
  // What asks would refuse it, and Twilio would sign something else.
  if (address.username || address.password) {
    return `is an address with a user or a password: ${withoutUser(text)}`
  }
  if (address.search || address.hash) return `is an address with a query: ${text}`
  return undefined
}

/** Says what is wrong with the address of a PostgreSQL; nothing when it is well. */
export const problemOfDatabase = (text: string): string | undefined => {
  const { protocol } = URL.parse(text) ?? {}
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    return 'is no address of a PostgreSQL: postgres://user:password@host/database'
  }
  // Whoever connects decodes it, and throws.
  if (!isDecodable(text)) return 'has a % that encodes nothing: in a password it is written %25'
  return undefined
}

/** Whether streams can come to an address: over TLS from Twilio, or without from the built-in caller on this machine. */
export const canHaveStreams = (text: string): boolean => {
  const { protocol, hostname = '' } = URL.parse(text) ?? {}
  return protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

const withoutUser = (text: string): string => text.replace(/\/\/[^/]*@/, '//...@')

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
