/**
 * One turn of a scenario: what the next response is. The YAML is flat (`say: ...`, `call: ...`,
 * `delayMs: ...`); in here a turn is one of three things, and each holds only what belongs to it.
 */
import { z } from 'zod'
import type { StatusDetails } from './events.ts'

const spoken = { say: z.string().min(1).exactOptional(), clip: z.string().min(1).exactOptional() }
const called = {
  call: z.string().min(1).exactOptional(),
  mcp: z.string().min(1).exactOptional().describe('Call a tool of an MCP server of the session'),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).exactOptional(),
}
const errorRules = z.strictObject({
  type: z.string().default('server_error'),
  code: z.string().default('server_error'),
  message: z.string().default(
    'The server had an error while processing your request. Sorry about that!',
  ),
})
const dropRules = z.strictObject({
  afterMs: z.number().min(0),
  code: z.int().min(1000).max(4999).default(1011),
})

const outputRules = z.strictObject({
  ...spoken,
  ...called,
  parrot: z.literal(true).exactOptional(),
})
  .refine(
    (output) => kindsOf(output) === 1,
    'needs exactly one of say, clip, call, mcp and parrot',
  )
  .transform(toOutput)

/** A turn as it stands in YAML, made into a `Turn`. */
export const turnRules = z.strictObject({
  ...spoken,
  ...called,
  parrot: z.literal(true).exactOptional().describe('Say back what was heard last'),
  items: z.array(outputRules).min(1).exactOptional().describe('Several items in one response'),
  delayMs: z.number().min(0).default(0).describe('Extra wait before the first delta'),
  dropSocket: z.union([
    z.number().min(0).transform((afterMs) => ({ afterMs, code: 1011 })),
    dropRules,
  ])
    .exactOptional().describe('Close the socket this long after response.created'),
  status: z.enum(['failed', 'incomplete']).exactOptional().describe(
    'How the response ends, if not completed',
  ),
  reason: z.enum(['max_output_tokens', 'content_filter']).default('max_output_tokens'),
  error: errorRules.exactOptional().describe(
    'With status failed: why. Alone: an error event instead of a response',
  ),
  ignore: z.literal(true).exactOptional().describe('A response that never comes'),
})
  .refine(
    (turn) => kindsOf(turn) + Number(turn.items !== undefined) <= 1,
    'has more than one of say, clip, call, mcp, parrot and items',
  )
  .refine(
    (turn) => turn.arguments === undefined || (turn.call ?? turn.mcp) !== undefined,
    'has arguments without a call',
  )
  .transform(toTurn)

/** What one item of a response holds. */
export type Output =
  | Readonly<{ kind: 'say'; text: string }>
  | Readonly<{ kind: 'clip'; name: string }>
  | Readonly<{ kind: 'parrot' }>
  | Readonly<{ kind: 'call'; name: string; arguments: string }>
  | Readonly<{ kind: 'mcp'; name: string; arguments: string }>

/** What the next response is. */
export type Turn =
  | Readonly<{ kind: 'ignore' }>
  | Readonly<{ kind: 'error'; error: TurnError }>
  | Readonly<{ kind: 'response' }> & ResponseTurn

export type ResponseTurn = Readonly<{
  outputs: readonly Output[]
  delayMs: number
  dropSocket?: Readonly<{ afterMs: number; code: number }>
  /** How the response ends; absent: completed. */
  ending?: Exclude<StatusDetails, { type: 'cancelled' }>
}>

type TurnError = z.infer<typeof errorRules>

type OutputKeys = Readonly<{
  say?: string
  clip?: string
  parrot?: true
  call?: string
  mcp?: string
  arguments?: string | Record<string, unknown>
}>

function kindsOf({ say, clip, call, mcp, parrot }: OutputKeys): number {
  return [say, clip, call, mcp, parrot].filter((value) => value !== undefined).length
}

function toOutput(keys: OutputKeys): Output {
  if (keys.say !== undefined) return { kind: 'say', text: keys.say }
  if (keys.clip !== undefined) return { kind: 'clip', name: keys.clip }
  const args = keys.arguments ?? {}
  const written = typeof args === 'string' ? args : JSON.stringify(args)
  if (keys.call !== undefined) return { kind: 'call', name: keys.call, arguments: written }
  if (keys.mcp !== undefined) return { kind: 'mcp', name: keys.mcp, arguments: written }
  return { kind: 'parrot' }
}

type TurnKeys =
  & OutputKeys
  & Readonly<{
    items?: readonly Output[]
    delayMs: number
    dropSocket?: { afterMs: number; code: number }
    status?: 'failed' | 'incomplete'
    reason: 'max_output_tokens' | 'content_filter'
    error?: TurnError
    ignore?: true
  }>

function toTurn(keys: TurnKeys): Turn {
  if (keys.ignore) return { kind: 'ignore' }
  if (keys.error && keys.status !== 'failed') return { kind: 'error', error: keys.error }
  const outputs = keys.items ?? (kindsOf(keys) === 1 ? [toOutput(keys)] : [])
  const ending = endingOf(keys)
  return {
    kind: 'response',
    outputs,
    delayMs: keys.delayMs,
    ...(keys.dropSocket ? { dropSocket: keys.dropSocket } : {}),
    ...(ending ? { ending } : {}),
  }
}

function endingOf({ status, reason, error }: TurnKeys): ResponseTurn['ending'] {
  if (status === 'incomplete') return { type: 'incomplete', reason }
  if (status === 'failed') return { type: 'failed', error: error ?? errorRules.parse({}) }
  return undefined
}
