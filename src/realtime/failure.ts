/**
 * Tells the ends of a model socket apart: what is worth another try, and what stays wrong until an operator mends it.
 *
 * A refused key or model arrives after a handshake that succeeded, as an `error` event and one of the close codes below.
 */

export type SessionEnd = Readonly<{
  code: number
  /** The status of a refused handshake. */
  httpStatus?: number | undefined
  /** The code of the last `error` event. */
  errorCode?: string | undefined
}>

/** Says whether opening the session again can help. */
export const isRetryable = ({ code, httpStatus, errorCode }: SessionEnd): boolean => {
  if (errorCode !== undefined && FATAL_ERRORS.has(errorCode)) return false
  if (httpStatus !== undefined) return httpStatus === 408 || httpStatus === 429 || httpStatus >= 500
  return code < 3000
}

/** Names the end in one word, for logs and for the operator: `handshake-401`, `invalid_api_key`, `close-1006`. */
export const nameOfEnd = ({ code, httpStatus, errorCode }: SessionEnd): string => {
  if (httpStatus !== undefined) return `handshake-${httpStatus}`
  return errorCode ?? `close-${code}`
}

const FATAL_ERRORS: ReadonlySet<string> = new Set([
  'invalid_api_key',
  'beta_api_shape_disabled',
  'missing_model',
  'invalid_model',
  'model_not_found',
  'insufficient_quota',
])
