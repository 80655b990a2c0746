/**
 * Requests to addresses that somebody wrote into a file: tools, MCP servers, knowledge, webhooks.
 *
 * A name is resolved once, every address it has is checked, and the connection goes to a checked address. `fetch` would resolve the
 * name again, and DNS may answer differently the second time (rebinding). So this is `node:http`, which connects where it is told,
 * the same on the three runtimes.
 */
import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { RequestError } from '../errors.ts'
import { isAllowedAddress, type NetworkPolicy } from './address-policy.ts'

/** A request; the slice of `RequestInit` that is used. */
export type GuardedInit = Readonly<{
  method?: string | undefined
  headers?: HeadersInit | undefined
  body?: string | undefined
  /** The deadline. There is no other: a request without one may last for ever. */
  signal: AbortSignal
}>

/** Gives all addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Sends a request under a policy. */
export type GuardedFetch = (url: string | URL, init: GuardedInit) => Promise<Response>

/** Makes the requests of a policy. */
export const createGuardedFetch =
  (policy: NetworkPolicy, resolve: Resolve = systemResolve): GuardedFetch => (url, init) =>
    guardedFetch(url, init, policy, resolve)

/**
 * Sends one request and gives its answer, whatever its status; redirects are not followed. Rejects with `RequestError`, or with the
 * reason of the signal.
 */
export const guardedFetch = async (
  url: string | URL,
  init: GuardedInit,
  policy: NetworkPolicy,
  resolve: Resolve = systemResolve,
): Promise<Response> => {
  init.signal.throwIfAborted()
  const target = new URL(url)
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new RequestError('not-http', `${target.protocol} is neither http: nor https:`)
  }
  const addresses = await orAborted(checkedAddresses(target, policy, resolve), init.signal)
  const answer = await sendToFirst(target, addresses, init)
  const isRedirect = answer.status >= 300 && answer.status < 400 && answer.status !== 304
  if (!isRedirect && !isEncoded(answer)) return answer
  await answer.body?.cancel()
  if (isEncoded(answer)) {
    throw new RequestError('encoded', `${target.host} answered compressed, unasked`)
  }
  throw new RequestError('redirected', `${target.host} answered with a redirect, not followed`)
}

/** An address in a URL without the brackets of IPv6. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/** No name needs more, and each that does not answer costs time. */
const ADDRESSES_MAX = 4

const checkedAddresses = async (
  { hostname, host }: URL,
  policy: NetworkPolicy,
  resolve: Resolve,
): Promise<readonly string[]> => {
  const name = bare(hostname)
  const addresses = isIP(name) ? [name] : await resolve(name).catch((cause) => {
    throw new RequestError('host-unknown', `${host} has no address`, { cause })
  })
  if (addresses.length === 0) throw new RequestError('host-unknown', `${host} has no address`)
  // One bad address is enough: a name of that kind is no accident.
  if (!addresses.every((address) => isAllowedAddress(address, policy))) {
    throw new RequestError(
      'address-refused',
      `${host} leads to an address that is not public; network.allowPrivate of tandem.yaml may allow it`,
    )
  }
  // IPv4 first: a machine without a way into IPv6 often says so only after a long wait.
  return [...addresses].sort((a, b) => isIP(a) - isIP(b)).slice(0, ADDRESSES_MAX)
}

const sendToFirst = async (
  target: URL,
  addresses: readonly string[],
  init: GuardedInit,
): Promise<Response> => {
  let failure: unknown
  for (const address of addresses) {
    try {
      return await send(target, address, init)
    } catch (error) {
      failure = error
      if (!(error instanceof RequestError && error.code === 'not-connected')) break
    }
  }
  throw failure
}

/** Failures of a connection that is not there yet; later they are those of a request that may have been read. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])

// Loaded with the first request: a start that sends none need not wait for it.
const requester = async (isTls: boolean) =>
  isTls ? (await import('node:https')).request : (await import('node:http')).request

const send = async (target: URL, address: string, init: GuardedInit): Promise<Response> => {
  const isTls = target.protocol === 'https:'
  const open = await requester(isTls)
  return new Promise((resolve, reject) => {
    const { signal, body } = init
    const headers = headersOf(target, init)
    const request = open({
      host: address,
      port: target.port || (isTls ? 443 : 80),
      path: `${target.pathname}${target.search}`,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(headers),
      // The certificate must be that of the name, not of the address. A name that is an address has no SNI.
      ...(isTls && !isIP(bare(target.hostname)) ? { servername: target.hostname } : {}),
      agent: false,
      signal,
    })
    let isConnected = false
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true
      })
    })
    request.on('error', (error) => {
      reject(signal.aborted ? signal.reason : failed(target, error, isConnected))
    })
    request.on('response', (response) => {
      const answer = answerOf(response)
      if (answer) return resolve(answer)
      response.destroy()
      reject(new RequestError('connection-lost', `${target.host} does not answer in HTTP`))
    })
    request.end(body)
  })
}

const headersOf = ({ host }: URL, { headers: given, body }: GuardedInit): Headers => {
  const headers = copyOf(given)
  headers.set('host', host)
  headers.set('accept-encoding', 'identity')
  if (body !== undefined) {
    headers.set('content-length', `${new TextEncoder().encode(body).length}`)
  }
  return headers
}

const copyOf = (headers: HeadersInit | undefined): Headers => {
  try {
    return new Headers(headers)
  } catch {
    // The runtimes quote the value, which is often a secret: the cause is left out.
    throw new RequestError('not-http', 'a header has a value that cannot be sent')
  }
}

const failed = (target: URL, error: Error, isConnected: boolean): RequestError => {
  const isBefore = !isConnected && 'code' in error && typeof error.code === 'string' &&
    NOT_CONNECTED.has(error.code)
  return isBefore
    ? new RequestError('not-connected', `${target.host} does not answer`, { cause: error })
    : new RequestError('connection-lost', `the connection to ${target.host} broke`, {
      cause: error,
    })
}

const BODILESS = new Set([204, 205, 304])

const answerOf = (incoming: IncomingMessage): Response | undefined => {
  const status = incoming.statusCode ?? 0
  // What `Response` does not take.
  if (status < 200 || status > 599) return undefined
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  if (BODILESS.has(status)) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  return new Response(bytesOf(incoming), { status, headers })
}

/** The body as it comes. Ending to read it ends the connection. */
const bytesOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: () => void incoming.destroy(),
  }, { highWaterMark: 0 })
}

const isEncoded = (answer: Response): boolean =>
  (answer.headers.get('content-encoding') ?? 'identity') !== 'identity'

const orAborted = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
