/**
 * Who gets a session: the checks on the opening handshake. The real API lets nearly every handshake
 * succeed and then refuses in-band, with an `error` event and a close code of its own; so does
 * this.
 */
import type { Refusal } from './refusal.ts'
import type { Scenario } from './scenario.ts'

/** What a session is for: to talk, or only to write down what it hears. */
export type Purpose = 'realtime' | 'transcription'

export type Admission =
  | Readonly<{ kind: 'session'; purpose: Purpose; model: string }>
  | Readonly<{ kind: 'refused-in-band'; closeCode: number; refusal: Refusal }>
  | Readonly<{ kind: 'refused-at-handshake'; status: number; refusal: Refusal }>

/** Judges a request for `/v1/realtime`. Any key is good, unless it begins with `sk-invalid`. */
export const admit = (request: Request, { refuse }: Pick<Scenario, 'refuse'>): Admission => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname !== '/v1/realtime') return atHandshake(404, NOT_FOUND)
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    return atHandshake(400, NOT_A_SOCKET)
  }
  if (refuse && 'status' in refuse) {
    return atHandshake(refuse.status, REFUSED_WITH_STATUS[refuse.status])
  }
  const refused = refuse ? REFUSED_WITH_CODE[refuse.code] : refusalOfHeaders(request.headers)
  if (refused) return { kind: 'refused-in-band', ...refused }
  const intent = searchParams.get('intent') ?? 'realtime'
  if (intent === 'transcription') return admitTranscription(searchParams.get('model'))
  if (intent !== 'realtime') return inBand(4000, invalidIntent(intent))
  return admitModel(searchParams.get('model'))
}

/**
 * The reason a socket is closed with after a refusal, such as
 * `invalid_request_error.invalid_api_key`.
 */
export const closeReason = ({ type = 'invalid_request_error', code }: Refusal): string =>
  `${type}.${code}`

type InBand = Readonly<{ closeCode: number; refusal: Refusal }>

const refusalOfHeaders = (headers: Headers): InBand | undefined => {
  const key = /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (key === undefined) return { closeCode: 3000, refusal: NO_API_KEY }
  if (key.startsWith('sk-invalid')) return { closeCode: 3000, refusal: INVALID_API_KEY }
  if (headers.get('openai-beta')?.includes('realtime=v1')) {
    return { closeCode: 4000, refusal: BETA_DISABLED }
  }
  return undefined
}

const admitModel = (model: string | null): Admission => {
  if (!model) return inBand(4000, MISSING_MODEL)
  if (/^gpt-4o-(mini-)?realtime/.test(model)) return inBand(4004, modelNotFound(model))
  if (!model.startsWith('gpt-realtime')) return inBand(4000, invalidModel(model))
  return { kind: 'session', purpose: 'realtime', model }
}

/** The model of a transcription is named in the session's settings. */
const admitTranscription = (model: string | null): Admission =>
  model === null
    ? { kind: 'session', purpose: 'transcription', model: '' }
    : inBand(4000, MODEL_FOR_TRANSCRIPTION)

const inBand = (closeCode: number, refusal: Refusal): Admission => ({
  kind: 'refused-in-band',
  closeCode,
  refusal,
})

const atHandshake = (status: number, refusal: Refusal): Admission => ({
  kind: 'refused-at-handshake',
  status,
  refusal,
})

const NOT_FOUND: Refusal = {
  code: 'unknown_url',
  message: 'Unknown request URL. This is the built-in model: /v1/realtime.',
}

const NOT_A_SOCKET: Refusal = {
  code: 'websocket_required',
  message: 'This endpoint is a WebSocket.',
}

const NO_API_KEY: Refusal = {
  code: 'invalid_api_key',
  message:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
}

const INVALID_API_KEY: Refusal = { code: 'invalid_api_key', message: 'Incorrect API key provided.' }

const BETA_DISABLED: Refusal = {
  code: 'beta_api_shape_disabled',
  message: 'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
}

const MISSING_MODEL: Refusal = {
  code: 'missing_model',
  param: 'model',
  message: 'You must provide a model parameter.',
}

const MODEL_FOR_TRANSCRIPTION: Refusal = {
  code: 'invalid_model',
  param: 'model',
  message: 'You must not provide a model parameter for transcription sessions.',
}

const invalidIntent = (intent: string): Refusal => ({
  code: 'invalid_intent',
  param: 'intent',
  message: `Invalid value: '${intent}'. Supported values are: 'realtime' and 'transcription'.`,
})

const invalidModel = (model: string): Refusal => ({
  code: 'invalid_model',
  param: 'model',
  message: `Model "${model}" is not supported in realtime mode.`,
})

const modelNotFound = (model: string): Refusal => ({
  code: 'model_not_found',
  message: `The model \`${model}\` does not exist or you do not have access to it.`,
})

const SERVER_ERROR: Refusal = {
  type: 'server_error',
  code: 'internal_error',
  message: 'The server had an error while processing your request. Sorry about that!',
}

const REFUSED_WITH_STATUS: Readonly<Record<401 | 403 | 429 | 500 | 503, Refusal>> = {
  401: INVALID_API_KEY,
  403: {
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  },
  429: {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'You exceeded your current quota.',
  },
  500: SERVER_ERROR,
  503: { type: 'server_error', code: 'overloaded', message: 'The engine is currently overloaded.' },
}

const REFUSED_WITH_CODE: Readonly<Record<3000 | 4000 | 4004 | 1011, InBand>> = {
  3000: { closeCode: 3000, refusal: INVALID_API_KEY },
  4000: { closeCode: 4000, refusal: invalidModel('gpt-realtime') },
  4004: { closeCode: 4004, refusal: modelNotFound('gpt-realtime') },
  1011: { closeCode: 1011, refusal: SERVER_ERROR },
}
