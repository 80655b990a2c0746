/**
 * The built-in model as a server: `GET /v1/realtime` takes WebSockets as OpenAI's does, so that
 * everything that talks to OpenAI can talk to it, with no account and no network.
 */
import type { Clock } from '../../clock.ts'
import type { Connection, Runtime } from '../../runtime/runtime.ts'
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import { type Admission, admit, closeReason } from './admission.ts'
import type { Clip } from './clips.ts'
import { closeSocket } from './close-socket.ts'
import { createIds } from './ids.ts'
import type { McpFetch } from './mcp-client.ts'
import { errorDetail } from './refusal.ts'
import type { Scenario } from './scenario.ts'
import { answerSearch, type VectorStores } from './vector-stores.ts'
import { createModelSession, type ModelSession, type ModelSessionOptions } from './session.ts'

export type ModelServerOptions = Readonly<{
  clock: Clock
  /** What happens, or what happens on the first connection (0), the second and so on, to whoever asks for this model. */
  scenario: Scenario | ((connection: number, model: string) => Scenario)
  clips?: readonly Clip[]
  /** Gives the milliseconds since 1970. Default `Date.now`. */
  wallClock?: () => number
  /** Reaches MCP servers, as OpenAI's network does. */
  fetch?: McpFetch
  /** The vector stores of the account; none by default. */
  vectorStores?: VectorStores
  /** Keeps all that callers say, for `session.heard()`. Default true; a bench turns it off. */
  keepHeard?: boolean
  /** Is told of each session as it opens, for those who want to know all of them. */
  onSession?: (session: ModelSession) => void
  /**
   * Begins the ids of this server, so that those of two servers differ: 1 to 8 letters and digits.
   * Default random.
   */
  idPrefix?: string
}>

export type ModelServer = Readonly<{
  /** Answers a request; upgrades it to a WebSocket when it asks for a session. */
  fetch: (request: Request, connection: Connection) => Response | Promise<Response>
  /**
   * The sessions so far, in order. Those that ended are dropped when there are more than a hundred.
   */
  sessions: readonly ModelSession[]
}>

/** Makes a built-in model that is not yet on the network. */
export const createModelServer = (options: ModelServerOptions): ModelServer => {
  const { clock, scenario, clips = [], wallClock = Date.now, keepHeard = true } = options
  const { idPrefix = crypto.randomUUID().slice(0, 8), onSession } = options
  const reach = options.fetch ? { fetch: options.fetch } : {}
  const sessions: ModelSession[] = []
  let connections = 0

  const openSession = (
    socket: Socket,
    opening: Pick<ModelSessionOptions, 'purpose' | 'model' | 'scenario' | 'safetyIdentifier'>,
    connection: number,
  ): SocketEvents => {
    const session = createModelSession({
      ...opening,
      ...reach,
      socket,
      clock,
      clips,
      wallClock,
      keepHeard,
      ids: createIds(`${idPrefix}x${connection}x`),
    })
    sessions.push(session)
    dropEnded(sessions)
    onSession?.(session)
    return session.events
  }

  return {
    sessions,
    fetch: (request, connection) => {
      const found = answerSearch(request, options.vectorStores ?? NO_STORES)
      if (found) return found
      const number = connections++
      const asked = new URL(request.url).searchParams.get('model') ?? ''
      const current = typeof scenario === 'function' ? scenario(number, asked) : scenario
      const admission = admit(request, current)
      const safetyIdentifier = request.headers.get('openai-safety-identifier') ?? undefined
      const answer = () => {
        if (admission.kind === 'refused-at-handshake') return refusalResponse(admission)
        return connection.accept((socket) =>
          admission.kind === 'session'
            ? openSession(
              socket,
              {
                purpose: admission.purpose,
                model: admission.model,
                scenario: current,
                safetyIdentifier,
              },
              number,
            )
            : refuseInBand(socket, admission)
        )
      }
      if (current.connectMs === 0) return answer()
      return new Promise((resolve) => clock.after(current.connectMs, () => resolve(answer())))
    },
  }
}

export type RunningModelServer = Readonly<{
  /** What `OPENAI_BASE_URL` is to be: `http://127.0.0.1:9100/v1`. */
  url: string
  port: number
  sessions: readonly ModelSession[]
  stop: () => Promise<void>
}>

/** Starts the built-in model on a port (0: any free one). Rejects when the port is taken. */
export const startModelServer = async (
  { runtime, hostname, port, ...options }:
    & ModelServerOptions
    & Readonly<{ runtime: Pick<Runtime, 'serve'>; hostname: string; port: number }>,
): Promise<RunningModelServer> => {
  const { fetch, sessions } = createModelServer(options)
  const server = await runtime.serve({ hostname, port, fetch, maxMessageBytes: MAX_MESSAGE_BYTES })
  return {
    url: `http://${hostname}:${server.port}/v1`,
    port: server.port,
    sessions,
    stop: server.stop,
  }
}

/**
 * More than 15 MiB of audio in base64, so that it is this model and not the socket that refuses it.
 */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024

const KEPT_SESSIONS = 100

const NO_STORES: VectorStores = () => undefined

const dropEnded = (sessions: ModelSession[]): void => {
  while (sessions.length > KEPT_SESSIONS) {
    const ended = sessions.findIndex((session) => !session.isOpen())
    if (ended < 0) return
    sessions.splice(ended, 1)
  }
}

type Refused<Kind> = Extract<Admission, { kind: Kind }>

const refusalResponse = ({ status, refusal }: Refused<'refused-at-handshake'>): Response =>
  Response.json({ error: errorDetail(refusal) }, { status })

const refuseInBand = (
  socket: Socket,
  { closeCode, refusal }: Refused<'refused-in-band'>,
): SocketEvents => ({
  opened: () => {
    const error = errorDetail(refusal)
    socket.send(JSON.stringify({ type: 'error', event_id: 'event_refused', error }))
    closeSocket(socket, closeCode, closeReason(refusal))
  },
  message: () => {},
  closed: () => {},
})
