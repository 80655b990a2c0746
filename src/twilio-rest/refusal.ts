/** What is logged when Twilio refuses. Its words may have a number in them, so they are private. */
import { UpstreamError } from '../errors.ts'

/** Gives the fields of the log's line; `code` is `fault` for a mistake of ours. */
export const refusalOf = (error: unknown) =>
  error instanceof UpstreamError
    ? {
      code: error.code,
      status: error.status,
      requestId: error.requestId,
      pii: { problem: error.message },
    }
    : { code: 'fault', error }
