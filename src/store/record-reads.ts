/** What the record is asked: calls a page at a time, one call whole, and what they cost. Words are searched in a file of their own. */
import type {
  CallFacts,
  CallLine,
  CallMoment,
  CallPart,
  TakenMessage,
  WrittenSummary,
} from '../record/record.ts'
import { addTokens, NO_TOKENS } from '../record/money.ts'
import { callOf, lineOf, messageOf, momentOf, partOf, summaryOf } from './record-rows.ts'
import { tagsOf } from './record-tags.ts'
import { is, placeholders, type Sql, sql, whereAll } from './sql.ts'

/** Which calls are wanted; what is absent does not matter. Times in ms since 1970. */
export type CallFilter = Readonly<{
  customer?: string | undefined
  /** A number on either end. */
  number?: string | undefined
  endReason?: string | undefined
  tag?: string | undefined
  since?: number | undefined
  until?: number | undefined
  /** Only those that go on, or only those that have ended. */
  isLive?: boolean | undefined
}>

/** Where a page goes on: after this call. */
export type CallCursor = Readonly<{ startedAt: number; callSid: string }>

/** A call and what it counted, all its parts together. */
export type CallSummary = CallFacts & CallTotals & Readonly<{ tags: readonly string[] }>

export type CallTotals = Omit<
  CallPart,
  'callSid' | 'customer' | 'part' | 'startedAt' | 'endedAt' | 'revision'
>

/** Everything that is kept of a call. */
export type WholeCall = Readonly<{
  call: CallSummary
  lines: readonly CallLine[]
  moments: readonly CallMoment[]
  messages: readonly TakenMessage[]
  /** What was written of it when it was over, where the customer's file asks for that. */
  summary?: WrittenSummary
}>

export type CostsBy = 'customer' | 'line' | 'model' | 'day'

/** What a group of calls cost. */
export type Costs = Readonly<{
  /** The customer, line, model or day (`2026-11-25`, UTC). */
  name: string
  calls: number
  talkedMs: number
  costNano: number
}>

/** Asks for the newest calls, after those of a cursor. */
export const listCalls = async (
  database: Sql,
  filter: CallFilter,
  limit: number,
  after?: CallCursor,
): Promise<readonly CallSummary[]> => {
  // Those with a tag are walked in the order of its index, the newest first, so nothing is sorted.
  const by = filter.tag === undefined ? 'calls' : 'call_tags'
  const from = filter.tag === undefined
    ? 'calls'
    : 'call_tags join calls on calls.call_sid = call_tags.call_sid'
  const where = [
    is('customer = ?', filter.customer),
    is('end_reason = ?', filter.endReason),
    is('call_tags.tag = ? and call_tags.is_set = 1', filter.tag),
    is(`${by}.started_at >= ?`, filter.since),
    is(`${by}.started_at < ?`, filter.until),
    filter.number === undefined
      ? undefined
      : sql('(from_number = ? or to_number = ?)', filter.number, filter.number),
    filter.isLive === undefined
      ? undefined
      : sql(`ended_at is ${filter.isLive ? 'null' : 'not null'}`),
    after &&
    sql(`(${by}.started_at, ${by}.call_sid) < (?, ?)`, after.startedAt, after.callSid),
  ].filter((each) => each !== undefined)
  const rows = await database.query(sql(
    `select calls.* from ${from}${whereAll(where)}
    order by ${by}.started_at desc, ${by}.call_sid desc limit ?`,
    ...where.flatMap(({ values }) => values),
    limit,
  ))
  const calls = rows.map(callOf)
  const callSids = calls.map(({ callSid }) => callSid)
  const [parts, tags] = await Promise.all([partsOf(database, callSids), tagsOf(database, callSids)])
  return calls.map((call) => ({
    ...call,
    ...totals(parts.filter(isOf(call.callSid))),
    tags: tags.get(call.callSid) ?? [],
  }))
}

/** Asks for all that is kept of a call. */
export const wholeCall = async (database: Sql, callSid: string): Promise<WholeCall | undefined> => {
  const ofCall = (table: string, order: string) =>
    database.query(sql(`select * from ${table} where call_sid = ? order by ${order}`, callSid))
  const [[row], parts, tags, lines, moments, messages, [summary]] = await Promise.all([
    ofCall('calls', 'call_sid'),
    partsOf(database, [callSid]),
    tagsOf(database, [callSid]),
    ofCall('call_lines', 'at, id'),
    ofCall('call_moments', 'part, seq'),
    ofCall('messages', 'at, id'),
    ofCall('call_summaries', 'at'),
  ])
  if (!row) return undefined
  return {
    call: { ...callOf(row), ...totals(parts), tags: tags.get(callSid) ?? [] },
    lines: lines.map(lineOf),
    moments: moments.map(momentOf),
    messages: messages.map(messageOf),
    ...(summary ? { summary: summaryOf(summary) } : {}),
  }
}

const GROUP: Readonly<Record<CostsBy, string>> = {
  customer: 'calls.customer',
  line: 'calls.line',
  model: 'calls.model',
  day: 'call_parts.started_at / 86400000',
}

const DAY_MS = 86_400_000

/** Adds up what calls cost, those that began in a time, the dearest first; days in their order. */
export const addCosts = async (
  database: Sql,
  { by, customer, since, until }: Readonly<
    { by: CostsBy } & Pick<CallFilter, 'customer' | 'since' | 'until'>
  >,
): Promise<readonly Costs[]> => {
  const where = [
    is('call_parts.customer = ?', customer),
    is('call_parts.started_at >= ?', since),
    is('call_parts.started_at < ?', until),
  ].filter((each) => each !== undefined)
  const rows = await database.query(sql(
    `select ${GROUP[by]} as name, count(distinct call_parts.call_sid) as calls,
      cast(sum(coalesce(call_parts.ended_at, call_parts.started_at) - call_parts.started_at) as double precision) as talked_ms,
      cast(sum(call_parts.cost_nano) as double precision) as cost_nano
    from call_parts join calls on calls.call_sid = call_parts.call_sid${whereAll(where)}
    group by ${GROUP[by]} order by ${by === 'day' ? 'name' : 'cost_nano desc, name'}`,
    ...where.flatMap(({ values }) => values),
  ))
  return rows.map(({ name, calls, talked_ms, cost_nano }) => ({
    name: by === 'day' ? new Date(Number(name) * DAY_MS).toISOString().slice(0, 10) : String(name),
    calls: Number(calls),
    talkedMs: Number(talked_ms),
    costNano: Number(cost_nano),
  }))
}

const partsOf = async (
  database: Sql,
  callSids: readonly string[],
): Promise<readonly CallPart[]> => {
  if (callSids.length === 0) return []
  const rows = await database.query(sql(
    `select * from call_parts where call_sid in (${placeholders(callSids)}) order by part`,
    ...callSids,
  ))
  return rows.map(partOf)
}

const isOf = (callSid: string) => (part: CallPart) => part.callSid === callSid

/** Adds up what the processes counted that held a call one after the other. */
const totals = (parts: readonly CallPart[]): CallTotals => {
  const sum = (
    of: 'turns' | 'latencySumMs' | 'bargeIns' | 'errors' | 'costNano',
  ) => parts.reduce((total, part) => total + part[of], 0)
  const firstAudioMs = parts.find((part) => part.firstAudioMs !== undefined)?.firstAudioMs
  return {
    ...(firstAudioMs === undefined ? {} : { firstAudioMs }),
    turns: sum('turns'),
    latencySumMs: sum('latencySumMs'),
    latencyMaxMs: Math.max(0, ...parts.map(({ latencyMaxMs }) => latencyMaxMs)),
    bargeIns: sum('bargeIns'),
    errors: sum('errors'),
    tokens: parts.map(({ tokens }) => tokens).reduce(addTokens, NO_TOKENS),
    costNano: sum('costNano'),
  }
}
