/**
 * One live call: it joins the caller's leg to the model's.
 *
 * Audio goes through the two lanes. Everything else happens to the call: it is told to `step`, and what that decides is performed in
 * order. One exception anywhere in it ends this call and no other.
 */
import { FRAME_MS } from '../audio/frame.ts'
import { createTranscoder } from '../audio/transcoder.ts'
import type { Checkpoint } from '../call/checkpoint.ts'
import { answersCaller } from '../call/consent.ts'
import { conversationOf } from '../call/conversation.ts'
import type { CallEffect, CallReport } from '../call/effects.ts'
import type { EndReason } from '../call/end-reason.ts'
import type { Happening } from '../call/events.ts'
import { isSecretAsked } from '../call/keypad.ts'
import { pieceMs } from '../call/playback.ts'
import { type CallState, isWanted, type Ringing } from '../call/state.ts'
import { step } from '../call/step.ts'
import type { TransferFailure } from '../call/transfer.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import type { ToolResult } from '../tools/tool.ts'
import { type AgentAudioCounts, createAgentLane, type OpenLine } from './agent-lane.ts'
import type { CallEvents } from './call-events.ts'
import type { CallSound, SentSound } from './call-sound.ts'
import { type CallerAudioCounts, type CallerLane, createCallerLane } from './caller-lane.ts'
import { createCallerLine } from './caller-line.ts'
import type { Human } from './human.ts'
import type { ModelLeg, OpenModelLeg } from './model-leg.ts'
import { createPerform } from './perform.ts'
import { createRelief } from './relief.ts'

export type Bridge = Readonly<{
  state: () => CallState
  /** Joins a stream of the caller to the call that waits for it; gives what listens to its socket from then on. */
  attach: (socket: Socket, streamSid: string) => SocketEvents
  /** Lets the call look at its deadlines; to be called a few times a second. */
  tick: () => void
  /** Twilio has no stream of this call and asks what to do, whatever the socket says. */
  streamAsked: () => void
  /** What became of putting the caller through to a human. */
  transferEnded: (outcome: TransferOutcome) => void
  end: (reason: EndReason) => void
  /** Has the agent say goodbye and ends the call; one that has no line open ends at once. */
  sayGoodbye: () => void
  /** Has the agent say this and nothing else; then the call is over. */
  leaveMessage: (sentence: string) => void
  /** Lets the call go on in another process: at a quiet moment, or now. */
  handOver: (isForced: boolean) => void
  counts: () => BridgeCounts
}>

export type TransferOutcome =
  | Readonly<{ is: 'answered' }>
  /** `isBack`: Twilio asks what to do with the caller already, who need not be fetched. */
  | Readonly<{ is: 'failed'; why: TransferFailure; isBack: boolean }>

/** What went through a call, for its log line at the end. */
export type BridgeCounts = Readonly<{
  caller: CallerAudioCounts
  agent: AgentAudioCounts
  rejectedPayloads: number
}>

export type BridgeOptions = Readonly<{
  /** The call as it begins, or as another process left it. */
  begin: (atMs: number) => Ringing
  audio: 'pcm' | 'pcmu'
  /** How much of the caller goes to the model in one message. */
  frameMs: number
  openModel: OpenModelLeg
  clock: Clock
  log: Log
  /** Whether the machine is too busy to do everything as usual. */
  isOverloaded: () => boolean
  onReport: (report: CallReport) => void
  onCheckpoint: (checkpoint: Checkpoint) => void
  /** Resolves when another process finds the checkpoints that were made. Never rejects. */
  kept: () => Promise<void>
  /** Has a tool run. Never rejects; `signal` aborts when the call ends. */
  runTool: (call: ToolRun, signal: AbortSignal) => Promise<ToolResult>
  human: Human
  /** Has the call summed up by its model's leg, which is let go of and is ended with it; without one there is no summary. */
  sumUp: (leg: Pick<ModelLeg, 'sumUp' | 'close'> | undefined) => void
  /** What the call has cost in this process, in billionths of a dollar; absent where that is not bounded. */
  spentNano?: (() => number) | undefined
  /** Records how it sounds; absent for a call that is not recorded. */
  sound?: CallSound | undefined
  /** Keeps its event log; absent for a call that has none. */
  events?: CallEvents | undefined
}>

/** A tool to be run for an agent, and what the caller has entered for it in secret. */
export type ToolRun = Readonly<{
  agent: string
  name: string
  given: string
  secrets: Readonly<Record<string, string>>
}>

const FRAMES_JOINED_UNDER_LOAD = 3

/** Begins a call: the model is opened at once, the caller's stream comes later. */
export const createBridge = (options: BridgeOptions): Bridge => {
  const { clock, log, sound, events } = options
  const transcoder = createTranscoder(options.audio)
  const framesJoined = options.frameMs / FRAME_MS
  const begun = options.begin(clock.nowMs())
  events?.began(begun)
  let state: CallState = begun
  let toldNano = 0
  const ended = new AbortController()

  const happened = (happening: Happening) => {
    // The session must not outlive its words, nor its successor hear the caller before it knows what was said.
    if (happening.type === 'model-interrupted') {
      agentLane.cutOff()
      callerLane.close()
    }
    if (happening.type === 'agent-response-ended') agentLane.responseEnded(happening.responseId)
    const atMs = clock.nowMs()
    const event = { ...happening, atMs }
    const before = state
    const attempts = createAttempts()
    attempts.make(() => events?.happened(event))
    const [next, effects] = step(before, event)
    state = next
    attempts.make(() => events?.decided(effects))
    attempts.make(() => sound?.moved(event, before, next))
    for (const effect of effects) attempts.make(() => perform(effect))
    attempts.end()
    if (happening.type === 'model-ready') callerLane.open()
    if (happening.type === 'caller-stopped-speaking') callerLane.endTurn()
  }

  const agentLane = createAgentLane({
    transcoder,
    happened,
    isWanted: (responseId) => isWanted(state, responseId),
    pieceMs: () => state.phase === 'talking' ? pieceMs(state.playback, clock.nowMs()) : Infinity,
  })

  /** An exception is a mistake of ours: this call ends and says so, the others do not notice. */
  const fault = (error: unknown) => {
    log.error('call.fault', { error })
    if (state.phase === 'ended') return
    try {
      happened({ type: 'end-requested', reason: 'fault' })
    } catch (again) {
      log.error('call.fault', { error: again })
    }
  }

  const guarded = <Given = void>(handle: (given: Given) => void) => (given: Given): void => {
    try {
      handle(given)
    } catch (error) {
      fault(error)
    }
  }

  const runTool = ({ toolCallId, name, given }: Extract<CallEffect, { type: 'run-tool' }>) => {
    if (state.phase === 'ended') return
    const { agent, secrets } = state
    void options.runTool({ agent, name, given, secrets }, ended.signal)
      .then(guarded((result) => happened({ type: 'tool-returned', toolCallId, ...result })))
  }

  const tellCost = () => {
    const nano = (options.spentNano?.() ?? 0) - toldNano
    if (nano <= 0) return
    toldNano += nano
    happened({ type: 'cost-grew', nano })
  }

  const model = options.openModel(state.agent, {
    happened: guarded(happened),
    audio: guarded((delta) => {
      if (state.phase === 'talking' && state.holding && isWanted(state, delta.responseId)) {
        happened({ type: 'agent-about-to-speak' })
      }
      agentLane.audio(delta)
    }),
    audioEnded: guarded(agentLane.ended),
  }, {
    conversation: () =>
      state.phase === 'ended' ? [] : conversationOf(state.transcript, state.unwritten),
    answersCaller: () => state.phase !== 'ended' && answersCaller(state),
  })

  const callerLane = createCallerLane({
    transcoder,
    nowMs: clock.nowMs,
    toModel: model.appendAudio,
    hears: sound && ((how) => sound.hears(how, clock.nowMs())),
  })

  const heardLane: Pick<CallerLane, 'frame'> = !sound ? callerLane : {
    frame: (timestampMs, payload) => {
      sound.caller(timestampMs, payload, clock.nowMs(), isSecretAsked(state))
      return callerLane.frame(timestampMs, payload)
    },
  }

  const line = createCallerLine({ log, lane: heardLane, happened, fault })

  const play = !sound ? line.play : (payload: string, what: SentSound) => {
    line.play(payload)
    if (state.phase === 'talking') sound.sent(payload, state.playback.sentMs, what)
  }
  const speak: OpenLine['play'] = !sound
    ? line.play
    : (payload, part) => play(payload, { is: 'line', ...part })

  const relieve = createRelief({ audio: options.audio, model, lane: callerLane, log })
  const perform = createPerform({
    ...options,
    line,
    model,
    agentLane,
    callerLane,
    play,
    runTool,
    happened,
    ended: () => ended.abort(),
  })

  return {
    state: () => state,
    attach: (socket, streamSid) => {
      const events = line.join(socket, streamSid)
      callerLane.newStream()
      sound?.newStream(clock.nowMs())
      happened({ type: 'caller-connected' })
      agentLane.open({ play: speak, together: socket.together })
      return events
    },
    tick: guarded(() => {
      const nowMs = clock.nowMs()
      tellCost()
      happened({ type: 'tick' })
      if (state.phase !== 'talking') return
      callerLane.join(options.isOverloaded() ? FRAMES_JOINED_UNDER_LOAD : framesJoined)
      callerLane.tick(nowMs, state.floor.is === 'caller')
      relieve(nowMs)
      if (line.isLost(nowMs)) happened({ type: 'stream-lost' })
    }),
    transferEnded: guarded((outcome) =>
      happened(
        outcome.is === 'answered'
          ? { type: 'transfer-answered' }
          : { ...outcome, type: 'transfer-failed' },
      )
    ),
    streamAsked: guarded(() => happened({ type: 'stream-asked' })),
    handOver: guarded((isForced) => happened({ type: 'hand-over', isForced })),
    leaveMessage: guarded((sentence) => happened({ type: 'message-asked', sentence })),
    sayGoodbye: guarded(() => happened({ type: 'goodbye-asked' })),
    end: guarded((reason) => happened({ type: 'end-requested', reason })),
    counts: () => ({
      caller: callerLane.counts(),
      agent: agentLane.counts(),
      rejectedPayloads: transcoder.rejected,
    }),
  }
}

/** Does one thing after the other, whatever becomes of those before: what closes the line of a call comes last. */
const createAttempts = () => {
  const failures: unknown[] = []
  return {
    make: (action: () => void): void => {
      try {
        action()
      } catch (error) {
        failures.push(error)
      }
    },
    /** Throws what went wrong first. */
    end: (): void => {
      if (failures.length > 0) throw failures[0]
    },
  }
}
