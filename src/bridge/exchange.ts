/**
 * The exchange: takes a call that Twilio offers, opens its model's leg at once, and joins the caller's stream to it when that
 * comes. When a stream breaks it takes the call up again, also one that another process held before it died.
 */
import { resumeCall } from '../call/checkpoint.ts'
import { type EndReason, owesApology } from '../call/end-reason.ts'
import type { CallRules } from '../call/rules.ts'
import { type Ringing, startCall } from '../call/state.ts'
import type { Customer, Destination, Line } from '../config/config.ts'
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import type { StreamStart } from '../twilio/messages.ts'
import { beginCall, type BeginOptions } from './begin-call.ts'
import type { TransferOutcome } from './bridge.ts'
import type { AwaitedCall, OfferedCall } from './offered-call.ts'
import { type CallFeed, createCallFeed } from './call-feed.ts'
import { readCheckpoint, readVariables } from './kept-call.ts'
import { createLiveCalls, type LiveCall } from './live-calls.ts'
import { createSummaries } from './sum-up.ts'

/** What is to become of a caller whose stream has ended. */
export type After =
  | Readonly<{ is: 'over' }>
  | Readonly<{ is: 'resumed'; call: AwaitedCall; press: string }>
  /** A human is to be called. */
  | Readonly<{ is: 'transfer'; call: OfferedCall; destination: string }>
  /** Another process will have it in a moment; `isLast` when this one has no call left and is about to go. */
  | Readonly<{ is: 'handed-over'; isLast: boolean }>
  /** There is nobody to talk to; `line` is whose caller it was. */
  | Readonly<{ is: 'apology'; line: Line | undefined }>

/** A caller who is being put through. */
export type Transfer = Readonly<{ line: Line; destination: Destination; summary: string }>

export type Exchange = Readonly<{
  /** Begins a call, or gives the one that is offered again because Twilio repeats a webhook. */
  offer: (facts: OfferedCall) => AwaitedCall | undefined
  /** Why there is no room for a call of this line, if there is none. */
  noRoom: (line: Line) => NoRoom | undefined
  /** A call that waits for its stream. */
  awaited: (callSid: string) => AwaitedCall | undefined
  /** Joins a stream to its call. */
  attach: (callSid: string, socket: Socket, start: StreamStart) => SocketEvents | undefined
  /** Decides what happens after a stream; `facts` are those of the webhook that asks. Never rejects. */
  after: (facts: Omit<OfferedCall, 'line'>, line: Line | undefined) => Promise<After>
  /** What became of putting a caller through; false for a call that is not being put through. */
  transferEnded: (callSid: string, outcome: TransferOutcome) => boolean
  /** Whom a caller is being put through to, and what they are to be told. */
  transferOf: (callSid: string) => Transfer | undefined
  /** Ends a call; nothing happens if it has ended. */
  end: (callSid: string, reason: EndReason) => void
  /** Has the agent of a call say goodbye, and ends it; false when this process has no such call. */
  sayGoodbye: (callSid: string) => boolean
  /** Has the agent of a call leave a message and end the call; one that has no stream yet ends at once. */
  leaveMessage: (callSid: string, sentence: string) => void
  feed: CallFeed
  count: () => number
  /** How many calls that have ended are being summed up. */
  summaries: () => number
  /** Ends summaries that are not written yet. */
  giveUpSummaries: () => void
  /** Lets all calls go on in another process: each at a quiet moment, or now. */
  handOver: (isForced: boolean) => void
}>

/** Why a call is not begun. */
export type NoRoom = 'overloaded' | 'no-room' | 'cost-limit'

export type ExchangeOptions =
  & BeginOptions
  & Readonly<{
    capacity: () => number
    /** Whether a customer has spent what a day may cost. */
    isDaySpent?: (customer: Customer) => boolean
  }>

/** Makes the exchange of a process. */
export const createExchange = (options: ExchangeOptions): Exchange => {
  const { clock, store } = options
  const calls = createLiveCalls<OfferedCall>(clock)
  const feed = createCallFeed()
  const summaries = createSummaries(options)

  const begin = (facts: OfferedCall, beginning: (rules: CallRules, atMs: number) => Ringing) => {
    const { callSid } = facts
    const ended = (reason: EndReason) => calls.remove(callSid, reason)
    calls.add({
      callSid,
      facts,
      bridge: beginCall(facts, { ...options, feed, summaries }, beginning, ended),
    })
  }

  const waiting = (callSid: string): LiveCall<OfferedCall> | undefined => {
    const call = calls.get(callSid)
    return call?.bridge.state().phase === 'ringing' ? call : undefined
  }

  const awaited = (callSid: string): AwaitedCall | undefined => {
    const call = waiting(callSid)
    const state = call?.bridge.state()
    return call && state?.phase === 'ringing' ? { ...call.facts, epoch: state.epoch } : undefined
  }

  /** The keys that Twilio is to press before it opens the stream. */
  const pressOf = (callSid: string): string => {
    const state = calls.get(callSid)?.bridge.state()
    return state?.phase === 'ringing' ? state.press : ''
  }

  /** Takes up a call that another process held, or this one before it died. */
  const revive = async (facts: OfferedCall): Promise<AwaitedCall | undefined> => {
    const stored = await store.load(facts.callSid)
    const checkpoint = stored && readCheckpoint(stored)
    // Twilio may have asked twice while the store was read.
    if (checkpoint && !calls.get(facts.callSid)) {
      const known = { ...facts, variables: readVariables(stored) }
      begin(known, (rules, atMs) => resumeCall(rules, checkpoint, atMs))
    }
    return awaited(facts.callSid)
  }

  return {
    offer: (facts) => {
      if (!calls.get(facts.callSid)) {
        begin(facts, (rules, atMs) => startCall(rules, atMs, facts.agent))
      }
      return awaited(facts.callSid)
    },
    noRoom: ({ customer }) => {
      if (options.isOverloaded()) return 'overloaded'
      const ofCustomer = calls.all().filter(({ facts }) => facts.line.customer.id === customer.id)
      const isFull = calls.count() >= options.capacity() ||
        ofCustomer.length >= (customer.limits.concurrentCalls ?? Infinity)
      if (isFull) return 'no-room'
      return options.isDaySpent?.(customer) ? 'cost-limit' : undefined
    },
    awaited,
    attach: (callSid, socket, start) => waiting(callSid)?.bridge.attach(socket, start.streamSid),
    after: async (facts, line) => {
      const { callSid } = facts
      const live = calls.get(callSid)
      live?.bridge.streamAsked()
      const state = live?.bridge.state()
      if (live && state?.phase === 'away') {
        return { is: 'transfer', call: live.facts, destination: state.destination }
      }
      const past = calls.past(callSid)
      if (past?.reason === 'handed-over') return { is: 'handed-over', isLast: calls.count() === 0 }
      if (past && !owesApology(past.reason)) return { is: 'over' }
      const call = awaited(callSid) ??
        (line && !past ? await revive({ ...facts, line }) : undefined)
      const press = pressOf(callSid)
      return call
        ? { is: 'resumed', call, press }
        : { is: 'apology', line: past?.facts.line ?? line }
    },
    transferEnded: (callSid, outcome) => {
      const live = calls.get(callSid)
      if (live?.bridge.state().phase !== 'away') return false
      live.bridge.transferEnded(outcome)
      return true
    },
    transferOf: (callSid) => {
      const live = calls.get(callSid)
      const state = live?.bridge.state()
      if (!live || state?.phase !== 'away') return undefined
      const { line } = live.facts
      const destination = line.customer.destinations[state.destination]
      return { line, destination, summary: state.summary }
    },
    leaveMessage: (callSid, sentence) => {
      const bridge = calls.get(callSid)?.bridge
      if (bridge?.state().phase === 'talking') bridge.leaveMessage(sentence)
      else bridge?.end('machine-answered')
    },
    sayGoodbye: (callSid) => {
      const bridge = calls.get(callSid)?.bridge
      bridge?.sayGoodbye()
      return bridge !== undefined
    },
    end: (callSid, reason) => calls.get(callSid)?.bridge.end(reason),
    feed,
    count: calls.count,
    summaries: summaries.count,
    giveUpSummaries: summaries.giveUp,
    handOver: (isForced) => {
      for (const { bridge } of calls.all()) bridge.handOver(isForced)
    },
  }
}
