/**
 * Runs the tools of an agent. The model waits for each result and the caller for the model, so whatever happens becomes a sentence
 * for the model, in time: a tool that fails, hangs or answers with a book must not be silence on the line.
 */
import type { Clock } from '../clock.ts'
import { RequestError, ToolError } from '../errors.ts'
import type { Fields, Log } from '../log.ts'
import { loadArgumentReaders, type MakeReadArguments, type ReadArguments } from './arguments.ts'
import { boundText, hideSecrets } from './output.ts'
import type { CallAbout, Tool, Toolbox, ToolResult } from './tool.ts'

export type ToolLimits = Readonly<{
  /** Of a result, in bytes of UTF-8; the rest is cut. */
  outputBytes: number
  /** Of the arguments the model sends; a longer text is refused. */
  argumentsChars: number
}>

export type ToolboxOptions = Readonly<{
  clock: Clock
  log: Log
  limits?: Partial<ToolLimits>
  /** What reads arguments, if it is loaded already. */
  readers?: Promise<MakeReadArguments>
}>

/** How much a tool may take and give when nothing else is said. */
const TOOL_LIMITS: ToolLimits = { outputBytes: 16 * 1024, argumentsChars: 64 * 1024 }

/** Makes a toolbox. Tools have different names; of two with the same the first is taken. It holds no resource. */
export const createToolbox = (tools: readonly Tool[], options: ToolboxOptions): Toolbox => {
  const { clock, log } = options
  const limits = { ...TOOL_LIMITS, ...options.limits }
  const reader = createReader(limits.argumentsChars, options.readers)

  const attempt = async (
    name: string,
    given: string,
    about: CallAbout,
    signal: AbortSignal,
  ): Promise<string> => {
    const tool = tools.find((each) => each.name === name)
    if (!tool) throw unknownTool(tools)
    const read = await reader(tool)
    const args = read(given)
    return await withDeadline(tool, clock, signal, (soon) => tool.run(args, about, soon))
  }

  const run = async (
    name: string,
    given: string,
    about: CallAbout,
    signal: AbortSignal,
  ): Promise<ToolResult> => {
    const beganMs = clock.nowMs()
    const outcome = await attempt(name, given, about, signal).then(succeeded, failed)
    const output = boundText(hideSecrets(outcome.text, about.secrets), limits.outputBytes)
    // A name that the model made up may be a caller's word.
    const known = tools.some((tool) => tool.name === name)
    const fields = {
      callSid: about.callSid,
      customer: about.customer,
      tool: known ? name : 'unknown',
      tookMs: clock.nowMs() - beganMs,
      pii: { arguments: boundText(given, limits.outputBytes), output },
    }
    if (outcome.code === undefined) log.info('tool.done', fields)
    else log.warn('tool.failed', { ...fields, code: outcome.code, ...outcome.why })
    return { output, failed: outcome.code !== undefined }
  }

  return { tools, run }
}

/** Compiles the schema of a tool when it is first called. */
const createReader = (
  maxChars: number,
  loaded: Promise<MakeReadArguments> | undefined,
): (tool: Tool) => Promise<ReadArguments> => {
  const readers = new Map<Tool, ReadArguments>()
  let make = loaded
  return async (tool) => {
    make ??= loadArgumentReaders()
    const made = readers.get(tool) ?? (await make)(tool.parameters, maxChars)
    readers.set(tool, made)
    return made
  }
}

/** `why` is for the operator, and says nothing of what the caller said. */
type Outcome = Readonly<{ text: string; code?: string; why?: Fields }>

const succeeded = (text: string): Outcome => ({ text })

const failed = (error: unknown): Outcome =>
  error instanceof ToolError
    ? {
      text: error.message,
      code: error.code,
      ...(error.cause instanceof RequestError ? { why: { reason: error.cause.message } } : {}),
    }
    : {
      text: 'The tool failed. Tell the caller that this does not work right now.',
      code: 'tool-bug',
      why: { error },
    }

const unknownTool = (tools: readonly Tool[]): ToolError => {
  const names = tools.map(({ name }) => name).join(', ')
  return new ToolError(
    'unknown-tool',
    `There is no such tool.${names ? ` There are: ${names}.` : ''}`,
  )
}

/** Gives up on a tool at its deadline or at the end of the call, whether or not it listens to its signal. */
const withDeadline = async (
  { timeoutMs }: Tool,
  clock: Clock,
  call: AbortSignal,
  run: (signal: AbortSignal) => Promise<string>,
): Promise<string> => {
  if (call.aborted) throw callEnded()
  const stop = new AbortController()
  const cancel = clock.after(timeoutMs, () => stop.abort(tooSlow(timeoutMs)))
  const end = () => stop.abort(callEnded())
  call.addEventListener('abort', end, { once: true })
  const givenUp = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true })
  })
  try {
    return await Promise.race([givenUp, run(stop.signal)])
  } finally {
    cancel()
    call.removeEventListener('abort', end)
  }
}

const callEnded = (): ToolError => new ToolError('call-ended', 'The call has ended.')

const tooSlow = (timeoutMs: number): ToolError =>
  new ToolError(
    'tool-timeout',
    `The tool took longer than ${
      timeoutMs / 1000
    } seconds, and it is not known whether it did anything. ` +
      'Tell the caller that this does not work right now.',
  )
