/** Puts one call together: its rules and tools, the model's leg, what is told of it, and where its checkpoints go. */
import { FRAME_MS } from '../audio/frame.ts'
import { type Checkpoint, checkpointOf } from '../call/checkpoint.ts'
import type { CallReport } from '../call/effects.ts'
import type { EndReason } from '../call/end-reason.ts'
import { type CallRules, MAIN_AGENT } from '../call/rules.ts'
import type { Ringing } from '../call/state.ts'
import type { Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import { filledIn } from '../config/values/variables.ts'
import { type Knowledge, withKnowledge } from '../knowledge/knowledge.ts'
import { knowledgeTools } from '../knowledge/knowledge-tool.ts'
import type { Log } from '../log.ts'
import { endpointOf } from '../realtime/endpoint.ts'
import { hmac } from '../runtime/hmac.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { actionTools } from '../tools/action-tools.ts'
import type { AgentTools } from '../tools/agent-tools.ts'
import { type CallAbout, joinToolboxes, NO_TOOLS } from '../tools/tool.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import { type Bridge, createBridge } from './bridge.ts'
import type { CallEvents } from './call-events.ts'
import type { CallSound } from './call-sound.ts'
import type { CallEntry, CallFeed } from './call-feed.ts'
import { logReport } from './call-log.ts'
import { actionsOf, callRulesOf } from './call-rules.ts'
import type { BegunCall, OfferedCall } from './offered-call.ts'
import { createHuman } from './human.ts'
import { writeCheckpoint } from './kept-call.ts'
import { openRealtimeLeg } from './realtime-leg.ts'
import type { Summaries } from './sum-up.ts'

export type BeginOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Salts the hash by which the model's maker may tell callers apart. */
  secret: string
  store: Store
  /** Counts and keeps a call by what is told of it. */
  watchCall: (call: BegunCall) => (entry: CallEntry) => void
  /** Counts what a call costs, where its customer has such a limit; without it no limit of money is held. */
  meterCall?: ((call: BegunCall) => CallMeter | undefined) | undefined
  /** Records how a call sounds, where the customer's file asks for it; without it nothing is recorded. */
  recordSound?: ((customer: Customer, callSid: string) => CallSound) | undefined
  /** Keeps the event log of a call, where the customer's file asks for it; without it none is kept. */
  recordEvents?: ((customer: Customer, callSid: string) => CallEvents) | undefined
  /** Takes out of what is told of a customer's calls what is not to be kept. */
  redact: (customer: Customer, entry: CallEntry) => CallEntry
  /** Whether a new call would hurt those that are on. */
  isOverloaded: () => boolean
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** What the agents of a customer know besides their instructions, for a call that begins now. */
  knowledgeOf: (customer: Customer) => Knowledge | undefined
  /** What an agent of a customer's can do besides talking. */
  toolsOf: (customer: Customer, agent: string) => Pick<AgentTools, 'toolbox' | 'servers'>
  /** Calls the humans that callers are put through to. */
  twilio: TwilioApi
  /** Where Twilio reaches us. */
  publicUrl: string
}>

/** Counts what a call costs while it goes on. */
export type CallMeter = Readonly<{
  note: (entry: CallEntry) => void
  /** What it has cost at a moment of the call, in billionths of a dollar. */
  spentNano: (atMs: number) => number
}>

/** Begins a call; `beginning` is its first state, and `ended` is told when it is over. */
export const beginCall = (
  facts: OfferedCall,
  options:
    & BeginOptions
    & Readonly<{ feed: Pick<CallFeed, 'publish'>; summaries: Pick<Summaries, 'begin'> }>,
  beginning: (rules: CallRules, atMs: number) => Ringing,
  ended: (reason: EndReason) => void,
): Bridge => {
  const { clock, store } = options
  const { callSid, line } = facts
  const customer = filledIn(line.customer, facts.variables ?? {})
  const log = options.log.with({ callSid, customer: customer.id })
  const startedAtMs = clock.nowMs()
  const knowledge = options.knowledgeOf(customer)
  const searching = createToolbox(knowledgeTools(knowledge), { clock, log })
  // A call keeps the tools it began with, because its model was told of those.
  const kits = new Map(
    Object.keys(customer.agents).map((name) => {
      const { toolbox, servers } = options.toolsOf(customer, name)
      return [name, { toolbox: joinToolboxes(toolbox(), searching), servers }]
    }),
  )
  const kitOf = (name: string) => kits.get(name) ?? { toolbox: NO_TOOLS, servers: [] }
  const rules = callRulesOf(
    customer,
    facts.agent ?? MAIN_AGENT,
    (name) => kitOf(name).toolbox,
    facts.ringsForMs,
  )
  const { agent } = customer
  log.info('call.offered', { version: customer.version, model: agent.model, audio: agent.audio })

  // What begins with a later epoch was begun before, by another process.
  const { epoch } = beginning(rules, startedAtMs)
  const begun = { facts, model: agent.model, epoch }
  const watch = options.watchCall(begun)
  const meter = options.meterCall?.(begun)
  const tell = (entry: CallEntry) => {
    meter?.note(entry)
    watch(entry)
    options.feed.publish(callSid, entry)
  }
  tell({ type: 'offered', customer: customer.id, number: line.number, atMs: 0 })

  const report = (report: CallReport) => {
    const atMs = clock.nowMs() - startedAtMs
    if (report.type !== 'ended') {
      // The customer's own file, as it was read: the call's has its blanks filled in.
      const entry = options.redact(line.customer, { ...sinceBegun(report, startedAtMs), atMs })
      tell(entry)
      return logReport(log, entry)
    }
    const { type: _, ...fields } = report
    const counts = bridge.counts()
    log.info('call.ended', { ...fields, ...counts })
    tell({ type: 'counts', ...counts, atMs })
    tell({ ...report, atMs })
    if (report.reason !== 'handed-over') store.forget(callSid, keptEpoch)
    ended(report.reason)
  }

  /** Up to here the call is this process's to forget. */
  let keptEpoch = epoch
  const save = (checkpoint: Checkpoint) => {
    keptEpoch = checkpoint.epoch
    store.save(writeCheckpoint(facts, checkpoint, options.wallMs()))
  }

  const agentOf = (name: string) => {
    const each = customer.agents[name]
    const { toolbox, servers } = kitOf(name)
    return {
      audio: each.audio,
      settings: () => ({
        ...each,
        instructions: withKnowledge(each.instructions, knowledge),
        tools: [...toolbox.tools, ...actionTools(customer, each, actionsOf(each))],
        servers,
      }),
      endpoint: endpointOf({
        ...options.model,
        model: each.model,
        safetyIdentifier: hmac(options.secret, `caller\n${facts.from}`),
      }),
    }
  }

  const bridge: Bridge = createBridge({
    clock,
    log,
    audio: agent.audio,
    frameMs: agent.frameMs ?? FRAME_MS,
    isOverloaded: options.isOverloaded,
    begin: (atMs) => beginning(rules, atMs),
    openModel: (name, events, call) =>
      openRealtimeLeg({
        connect: options.connect,
        clock,
        random: Math.random,
        wallMs: options.wallMs,
        log,
        agent: name,
        agentOf,
        ...call,
      }, events),
    spentNano: customer.limits.costPerCall === undefined
      ? undefined
      : meter && (() => meter.spentNano(clock.nowMs() - startedAtMs)),
    sound: customer.recording && options.recordSound?.(line.customer, callSid),
    events: customer.events ? options.recordEvents?.(line.customer, callSid) : undefined,
    onReport: report,
    onCheckpoint: save,
    kept: options.store.flush,
    runTool: ({ agent, name, given, secrets }, signal) =>
      kitOf(agent).toolbox.run(name, given, { ...aboutOf(facts), secrets }, signal),
    sumUp: (leg) =>
      options.summaries.begin(customer, leg, (summary) => {
        const atMs = clock.nowMs() - startedAtMs
        const entry = options.redact(line.customer, { type: 'summarised', ...summary, atMs })
        tell(entry)
        logReport(log, entry)
      }),
    human: createHuman({
      ...options,
      log,
      facts,
      failed: () => bridge.transferEnded({ is: 'failed', why: 'failed', isBack: false }),
    }),
  })
  const state = bridge.state()
  if (state.phase === 'ringing') save(checkpointOf(state, startedAtMs))
  return bridge
}

/** Whoever is told of a call knows its own clock alone; a line that another process has heard may lie before it. */
const sinceBegun = (
  report: Exclude<CallReport, { type: 'ended' }>,
  startedAtMs: number,
): typeof report =>
  report.type === 'line'
    ? { ...report, line: { ...report.line, atMs: report.line.atMs - startedAtMs } }
    : report

const aboutOf = ({ callSid, from, line }: OfferedCall): Omit<CallAbout, 'secrets'> => ({
  callSid,
  from,
  to: line.number,
  customer: line.customer.id,
})
