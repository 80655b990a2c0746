/** `tandem dial`: has the agent of a running service call somebody, and says how that goes. */
import { parseEnvironment } from '../config/environment.ts'
import { isFinal, type OutboundStatus } from '../outbound/progress.ts'
import * as files from '../runtime/files.ts'
import { loadSecrets } from '../secrets.ts'
import type { CommandContext, ExitCode } from './command.ts'

export type DialOptions = Readonly<{
  to: string
  line: string
  var: Readonly<Record<string, string>>
  meta: Readonly<Record<string, string>>
  url?: string
  detach?: true
  json?: true
}>

const LOOK_EVERY_MS = 500
const ANSWER_MS = 10_000

/** Places the call; the service must be running. Without `--detach` it waits for the end. */
export const dial = async (context: CommandContext, options: DialOptions): Promise<ExitCode> => {
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const { environment } = parsed
  const { operatorToken } = await loadSecrets(environment, files)
  const local = `http://127.0.0.1:${environment.port}`
  const url = (options.url ?? environment.publicUrl ?? local).replace(/\/+$/, '')
  const ask = (method: string, path: string, body?: unknown) =>
    askService(`${url}/api/v1${path}`, operatorToken, method, body)

  const { to, line, var: variables, meta: metadata } = options
  const placed = await ask('POST', '/calls', { to, line, variables, metadata })
  if ('problem' in placed) {
    context.err(placed.problem)
    return 1
  }
  const show = (call: Shown) => {
    if (!options.json) context.out(describe(call))
  }
  show(placed)
  const last = options.detach ? placed : await follow(context, placed, show, ask)
  if ('problem' in last) {
    context.err(last.problem)
    return 1
  }
  if (options.json) context.out(JSON.stringify(last))
  return options.detach || last.status === 'completed' ? 0 : 1
}

/** Looks how the call is until it is over. */
const follow = async (
  { clock }: CommandContext,
  placed: Shown,
  show: (call: Shown) => void,
  ask: (method: string, path: string) => Promise<Shown | Problem>,
): Promise<Shown | Problem> => {
  let known = placed
  while (!isFinal(known.status)) {
    await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve))
    const next = await ask('GET', `/calls/${placed.id}`)
    if ('problem' in next) return next
    if (next.status !== known.status || next.answeredBy !== known.answeredBy) show(next)
    known = next
  }
  return known
}

/** What the service shows of a call. */
type Shown = Readonly<{
  id: string
  status: OutboundStatus
  to: string
  callSid?: string
  answeredBy?: string
  reason?: string
}>

type Problem = Readonly<{ problem: string }>

const describe = ({ id, status, to, callSid, answeredBy, reason }: Shown): string =>
  [
    status.padEnd(12),
    to,
    callSid ?? id,
    ...(answeredBy === undefined ? [] : [`answered by: ${answeredBy}`]),
    ...(reason === undefined ? [] : [reason]),
  ].join('  ')

const askService = async (
  url: string,
  token: string,
  method: string,
  body?: unknown,
): Promise<Shown | Problem> => {
  try {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return response.ok ? JSON.parse(text) : { problem: problemIn(text, response.status) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { problem: `nothing answers at ${new URL(url).origin}: ${why}` }
  }
}

const problemIn = (text: string, status: number): string => {
  try {
    const { title } = JSON.parse(text)
    return typeof title === 'string' ? title : `the service answered ${status}`
  } catch {
    return `the service answered ${status}: ${text.slice(0, 200)}`
  }
}
