/** A call from the record as lines on a terminal: its facts, a timeline, and what was said and happened. */
import { type CallLine, type CallMoment, inOrder } from '../record/record.ts'
import type { CallSummary, WholeCall } from '../store/record-store.ts'
import { countOf, formatMs } from './format.ts'

/** Tells a call; `recording` is where it is recorded, if it is. */
export const storyOf = (whole: WholeCall, recording?: string): readonly string[] => [
  ...factsOf(whole.call),
  ...(recording === undefined ? [] : [`  recording ${recording}`]),
  '',
  ...timelineOf(whole),
  '',
  ...happeningsOf(whole),
  ...whole.messages.map((message) =>
    `  message${message.for === undefined ? '' : ` for ${message.for}`}: ${message.text}`
  ),
  ...summaryOfCall(whole.summary),
]

const summaryOfCall = (written: WholeCall['summary']): readonly string[] => {
  if (!written) return []
  const { summary, outcome, fields = {}, problem, detail } = written
  const why = problem === undefined
    ? []
    : [`  ${problem}${detail === undefined ? '' : `: ${detail}`}`]
  if (summary === undefined) return ['', '  no summary', ...why]
  return [
    '',
    `  summary  ${summary}`,
    `  outcome  ${outcome ?? ''}`,
    ...Object.entries(fields).map(([name, value]) =>
      `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
    ),
    ...why,
  ]
}

/** A call in one line. */
export const summaryOf = (call: CallSummary): string =>
  [
    call.callSid,
    timeOf(call.startedAt),
    call.customer,
    call.direction === 'inbound' ? `from ${call.from}` : `to ${call.to}`,
    call.endedAt === undefined ? 'goes on' : formatMs(call.endedAt - call.startedAt),
    call.endReason ?? '',
    formatDollars(call.costNano),
    ...call.tags.map((tag) => `[${tag}]`),
  ].filter((each) => each !== '').join('  ')

/** An amount in dollars: `$0.0123`. */
export const formatDollars = (nano: number): string => `$${(nano / 1e9).toFixed(4)}`

const factsOf = (call: CallSummary): readonly string[] => {
  const { customer, line, from, to, model, agentVersion, turns, bargeIns, errors } = call
  const ended = call.endedAt === undefined
    ? 'goes on'
    : `${formatMs(call.endedAt - call.startedAt)}, ended: ${call.endReason}${
      call.cause === undefined ? '' : ` (${call.cause})`
    }`
  const first = call.firstAudioMs === undefined
    ? 'no sound'
    : `first sound after ${formatMs(call.firstAudioMs)}`
  const answers = turns === 0
    ? 'no answers'
    : `${countOf(turns, 'answer')}, after ${formatMs(call.latencySumMs / turns)} on average and ${
      formatMs(call.latencyMaxMs)
    } at most`
  return [
    `${call.callSid}  ${customer}  ${timeOf(call.startedAt)}  ${ended}`,
    `  ${call.direction}, line ${line}, from ${from} to ${to}`,
    `  ${model}, agent version ${agentVersion}${
      call.epoch > 1 ? `, taken up again ${countOf(call.epoch - 1, 'time')}` : ''
    }`,
    `  ${first}; ${answers}; ${countOf(bargeIns, 'interruption')}, ${countOf(errors, 'error')}`,
    `  ${formatDollars(call.costNano)}`,
    ...(call.tags.length > 0 ? [`  tags ${call.tags.join(', ')}`] : []),
    ...Object.entries(call.metadata ?? {}).map(([name, value]) => `  ${name} = ${value}`),
  ]
}

const COLUMNS = 60

/** When each of them said or did something; `!` is where the caller cut in, `x` where something broke. */
const timelineOf = ({ call, lines, moments }: WholeCall): readonly string[] => {
  const last = Math.max(0, ...lines.map(({ at }) => at), ...moments.map(({ at }) => at))
  const lengthMs = Math.max(1, (call.endedAt ?? last) - call.startedAt)
  const row = (name: string, marks: readonly Readonly<{ at: number; mark: string }>[]) => {
    const cells = Array.from({ length: COLUMNS }, () => '·')
    for (const { at, mark } of marks) {
      const column = Math.floor((at - call.startedAt) / lengthMs * COLUMNS)
      cells[Math.min(COLUMNS - 1, Math.max(0, column))] = mark
    }
    return `  ${name.padEnd(7)} ${cells.join('')}`
  }
  const said = (kinds: readonly CallLine['kind'][], mark: string) =>
    lines.filter(({ kind, text }) => kinds.includes(kind) && text !== '')
      .map(({ at }) => ({ at, mark }))
  const happened = moments.flatMap(({ at, kind }) => {
    const mark = MARKS.get(kind)
    return mark === undefined ? [] : [{ at, mark }]
  })
  return [
    row('caller', [...said(['caller'], '█'), ...said(['key'], '#')]),
    row('agent', said(['agent', 'human'], '█')),
    row('tools', said(['tool'], '█')),
    row('events', happened),
    `  ${''.padEnd(7)} 0${formatMs(lengthMs).padStart(COLUMNS - 1)}`,
  ]
}

const MARKS: ReadonlyMap<string, string> = new Map([
  ['barged-in', '!'],
  ['stream-lost', 'x'],
  ['model-interrupted', 'x'],
  ['model-complained', 'x'],
  ['transferring', '>'],
  ['handed-off', '>'],
])

const happeningsOf = (whole: WholeCall): readonly string[] => {
  const show = (at: number, who: string, what: string) =>
    `  ${formatMs(at - whole.call.startedAt).padStart(8)}  ${who.padEnd(7)} ${what}`
  return storyItems(whole).map((item) =>
    item.is === 'line'
      ? show(item.line.at, item.line.kind, wordsOf(item.line))
      : show(item.at, '', item.text)
  )
}

/** One thing of a story: what was said, or what happened. */
export type StoryItem =
  | Readonly<{ is: 'line'; at: number; line: CallLine }>
  | Readonly<{ is: 'moment'; at: number; kind: string; text: string }>

/** What was said stands in the order of the conversation, and what happened at its time between. */
export const storyItems = ({ lines, moments }: WholeCall): readonly StoryItem[] => {
  const told = moments.flatMap((moment): StoryItem[] => {
    const text = happened(moment)
    return text === undefined ? [] : [{ is: 'moment', at: moment.at, kind: moment.kind, text }]
  })
  const story: StoryItem[] = []
  for (const line of inOrder(lines)) {
    while (told.length > 0 && told[0].at <= line.at) story.push(...told.splice(0, 1))
    story.push({ is: 'line', at: line.at, line })
  }
  return [...story, ...told]
}

const wordsOf = ({ kind, text, heardMs, tool }: CallLine): string => {
  if (kind === 'key') return `[${text}]`
  if (tool) return `${text}(${tool.given}) ${tool.failed ? 'failed' : '='} ${tool.result}`
  return heardMs === undefined ? text : `${text} —`
}

const happened = ({ kind, data }: CallMoment): string | undefined => {
  const ms = (value: unknown) => typeof value === 'number' ? formatMs(value) : '?'
  switch (kind) {
    case 'caller-connected':
      return data.epoch === 1 ? 'the line is open' : 'the line is open again'
    case 'barged-in':
      return `the caller cuts in; ${ms(data.unheardMs)} not heard`
    case 'ended':
      return `ended: ${String(data.reason)}`
    case 'stream-lost':
      return 'the line broke'
    case 'consent-heard':
      return 'the caller has heard that the call is recorded'
    case 'model-interrupted':
      return `the model broke: ${String(data.cause)}`
    case 'model-resumed':
      return `the model is back after ${ms(data.afterMs)}`
    case 'model-complained':
      return `the model complains: ${String(data.problem ?? data.code)}`
    case 'transferring':
      return `put through to ${String(data.destination)}`
    case 'transfer-failed':
      return `not put through to ${String(data.destination)}: ${String(data.why)}`
    case 'handed-off':
      return `handed on to ${String(data.agent)}`
  }
}

/** A moment, UTC: `2026-05-04 12:00:00`. */
export const timeOf = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
