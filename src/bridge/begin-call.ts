/** Puts one call together: its rules and tools, the model's leg, what is told of it, and where its checkpoints go. */
import { FRAME_MS } from '../audio/frame.ts'
import { type Checkpoint, checkpointOf } from '../call/checkpoint.ts'
import type { CallReport } from '../call/effects.ts'
import type { EndReason } from '../call/end-reason.ts'
import { type CallRules, MAIN_AGENT, type Ringing } from '../call/state.ts'
import type { Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import type { Log } from '../log.ts'
import { endpointOf } from '../realtime/endpoint.ts'
import { hmac } from '../runtime/hmac.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { actionTools } from '../tools/action-tools.ts'
import type { CallAbout, Toolbox } from '../tools/tool.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import { type Bridge, createBridge } from './bridge.ts'
import type { CallEntry, CallFeed } from './call-feed.ts'
import { actionsOf, callRulesOf } from './call-rules.ts'
import type { CallFacts } from './exchange.ts'
import { createHuman } from './human.ts'
import { writeCheckpoint } from './kept-call.ts'
import { openRealtimeLeg } from './realtime-leg.ts'

export type BeginOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Salts the hash by which the model's maker may tell callers apart. */
  secret: string
  store: Store
  /** Counts a call by what is told of it. */
  watchCall: (call: Readonly<{ model: string }>) => (entry: CallEntry) => void
  /** Whether a new call would hurt those that are on. */
  isOverloaded: () => boolean
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** What an agent of a customer's can do besides talking. */
  toolboxOf: (customer: Customer, agent: string) => Toolbox
  /** Calls the humans that callers are put through to. */
  twilio: TwilioApi
  /** Where Twilio reaches us. */
  publicUrl: string
}>

/** Begins a call; `beginning` is its first state, and `ended` is told when it is over. */
export const beginCall = (
  facts: CallFacts,
  options: BeginOptions & Readonly<{ feed: Pick<CallFeed, 'publish'> }>,
  beginning: (rules: CallRules, atMs: number) => Ringing,
  ended: (reason: EndReason) => void,
): Bridge => {
  const { clock, store } = options
  const { callSid, line } = facts
  const { customer } = line
  const log = options.log.with({ callSid, customer: customer.id })
  const startedAtMs = clock.nowMs()
  const toolboxOf = toolboxesOf(customer, options.toolboxOf)
  const rules = callRulesOf(customer, facts.agent ?? MAIN_AGENT, toolboxOf)
  const { agent } = customer
  log.info('call.offered', { version: customer.version, model: agent.model, audio: agent.audio })

  const count = options.watchCall(agent)
  const tell = (entry: CallEntry) => {
    count(entry)
    options.feed.publish(callSid, entry)
  }
  tell({ type: 'offered', customer: customer.id, number: line.number, atMs: 0 })

  const report = (report: CallReport) => {
    const atMs = clock.nowMs() - startedAtMs
    if (report.type !== 'ended') {
      tell({ ...report, atMs })
      return logReport(log, report)
    }
    const { type: _, ...fields } = report
    const counts = bridge.counts()
    log.info('call.ended', { ...fields, ...counts })
    tell({ type: 'counts', ...counts, atMs })
    tell({ ...report, atMs })
    if (report.reason !== 'handed-over') store.forget(callSid)
    ended(report.reason)
  }

  const save = (checkpoint: Checkpoint) =>
    store.save(writeCheckpoint(facts, checkpoint, options.wallMs()))

  const agentOf = (name: string) => {
    const each = customer.agents[name]
    return {
      settings: {
        ...each,
        tools: [...toolboxOf(name).tools, ...actionTools(customer, each, actionsOf(each))],
      },
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
    openModel: (name, events, conversation) =>
      openRealtimeLeg({
        connect: options.connect,
        clock,
        random: Math.random,
        wallMs: options.wallMs,
        log,
        agent: name,
        agentOf,
        conversation,
      }, events),
    onReport: report,
    onCheckpoint: save,
    runTool: ({ agent, name, given, secrets }, signal) =>
      toolboxOf(agent).run(name, given, { ...aboutOf(facts), secrets }, signal),
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

/** The tools of each agent, as they are when the call begins. */
const toolboxesOf = (customer: Customer, toolboxOf: BeginOptions['toolboxOf']) => {
  const toolboxes = new Map(
    Object.keys(customer.agents).map((name) => [name, toolboxOf(customer, name)]),
  )
  return (agent: string): Toolbox => toolboxes.get(agent) ?? toolboxOf(customer, agent)
}

const aboutOf = ({ callSid, from, line }: CallFacts): Omit<CallAbout, 'secrets'> => ({
  callSid,
  from,
  to: line.number,
  customer: line.customer.id,
})

/** A call is told in about ten lines; what was said is private and goes under `pii`. */
const logReport = (log: Log, { type, ...fields }: CallReport): void => {
  switch (type) {
    case 'caller-speaking':
    case 'agent-heard':
      return log.debug(`call.${type}`, fields)
    case 'line':
      return log.debug('call.line', { pii: fields })
    case 'key-pressed':
      return log.debug('call.key-pressed', { pii: fields })
    case 'model-complained':
    case 'model-interrupted':
    case 'stream-lost':
    case 'transfer-failed':
      return log.warn(`call.${type}`, fields)
    default:
      return log.info(`call.${type}`, fields)
  }
}
