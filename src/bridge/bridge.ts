/**
 * One live call: it joins the caller's leg to the model's.
 *
 * Audio goes through the two lanes. Everything else happens to the call: it is told to `step`, and what that decides is done here,
 * in order. One exception anywhere in it ends this call and no other.
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
import { createStreamEncoder, type StreamEncoder } from '../twilio/encode.ts'
import { type AgentAudioCounts, createAgentLane } from './agent-lane.ts'
import type { CallEvents } from './call-events.ts'
import type { CallSound } from './call-sound.ts'
import { type CallerAudioCounts, type CallerLane, createCallerLane } from './caller-lane.ts'
import { type CallerLeg, listenToCaller } from './caller-leg.ts'
import { holdTone } from './hold-tone.ts'
import { keySound } from './key-sound.ts'
import type { ModelLeg, OpenModelLeg } from './model-leg.ts'
import { CALLER_STUCK_BYTES, judge, MODEL_CONGESTED_BYTES, type Pressure } from './pressure.ts'

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

/** The human that a caller is put through to, while they make up their mind. */
export type Human = Readonly<{
  call: (transfer: Readonly<{ destination: string; summary: string }>) => void
  hangUp: () => void
  /** Has Twilio ask what to do with the caller, who waits elsewhere. */
  bringBack: () => void
}>

/** A socket that says nothing for this long belongs to a phone that is gone. */
const CALLER_LOST_MS = 60_000
const FRAMES_JOINED_UNDER_LOAD = 3

/** Begins a call: the model is opened at once, the caller's stream comes later. */
export const createBridge = (options: BridgeOptions): Bridge => {
  const { clock, log, sound, events } = options
  const transcoder = createTranscoder(options.audio)
  const framesJoined = options.frameMs / FRAME_MS
  const begun = options.begin(clock.nowMs())
  events?.began(begun)
  let state: CallState = begun
  let line: Readonly<{ socket: Socket; encode: StreamEncoder; leg: CallerLeg }> | undefined
  let heardAtMs = 0
  let pressure: Pressure = { is: 'flowing' }
  let toldNano = 0
  let isSummingUp = false
  const ended = new AbortController()

  const happened = (happening: Happening) => {
    // The session must not outlive its words, nor its successor hear the caller before it knows what was said.
    if (happening.type === 'model-interrupted') {
      agentLane.cutOff()
      callerLane.close()
    }
    const atMs = clock.nowMs()
    const event = { ...happening, atMs }
    const before = state
    events?.happened(event)
    const [next, effects] = step(before, event)
    events?.decided(effects)
    state = next
    sound?.moved(before, next, atMs)
    for (const effect of effects) perform(effect)
    if (happening.type === 'model-ready') callerLane.open()
    if (happening.type === 'caller-stopped-speaking') callerLane.endTurn()
  }

  const perform = (effect: CallEffect) => {
    switch (effect.type) {
      case 'clear-playback':
        line?.socket.send(line.encode.clear())
        return agentLane.drop()
      case 'mark-playback':
        return void line?.socket.send(line.encode.mark(effect.name))
      case 'cancel-response':
        return model.cancelResponse(effect.responseId)
      case 'truncate-item':
        return model.truncateItem(effect.itemId, effect.contentIndex, effect.audioEndMs)
      case 'request-response':
        return model.requestResponse(effect.request)
      case 'answer-caller':
        return model.answerCaller()
      case 'open-reserve':
        return model.openReserve()
      case 'swap-model':
        agentLane.cutOff()
        callerLane.close()
        model.swap()
        return callerLane.open()
      case 'drop-reserve':
        return model.dropReserve()
      case 'rewrite-item':
        return model.rewriteItem({ ...effect, speaker: 'agent' }, effect.previousItemId)
      case 'play-hold':
        play(holdTone())
        return happened({ type: 'hold-sent', sentMs: effect.ms })
      case 'run-tool':
        return runTool(effect)
      case 'return-output':
        return model.returnOutput(effect.toolCallId, effect.output)
      case 'answer-approval':
        return model.answerApproval(effect.requestId, effect.approve, effect.reason)
      case 'tell-model':
        return model.tell({ ...effect, speaker: 'note' })
      case 'play-keys':
        return playKeys(effect)
      case 'change-agent':
        return model.changeAgent(effect.agent)
      case 'replace-agent':
        agentLane.cutOff()
        callerLane.close()
        return model.replaceAgent(effect.agent)
      case 'call-human':
        return options.human.call(effect)
      case 'hang-up-human':
        return options.human.hangUp()
      case 'bring-back':
        return options.human.bringBack()
      case 'keep-turn':
        return callerLane.keepTurn(effect.itemId)
      case 'forget-turn':
        return callerLane.forgetTurn(effect.itemId)
      case 'leave-stream': {
        const left = line
        line = undefined
        left?.leg.leave()
        agentLane.close()
        return left?.socket.close(1000, 'stream lost')
      }
      case 'checkpoint':
        return options.onCheckpoint(effect.checkpoint)
      case 'sum-up':
        isSummingUp = effect.hasSession
        return options.sumUp(effect.hasSession ? model : undefined)
      case 'end-call':
        ended.abort()
        if (!isSummingUp) model.close()
        return closeLine(effect.reason)
      case 'report':
        return options.onReport(effect.report)
    }
  }

  /** What happens next must be told that it was sent. */
  const play = (payload: string) => {
    if (!line) return
    line.socket.send(line.encode.media(payload))
    if (sound && state.phase === 'talking') sound.sent(payload, state.playback.sentMs)
  }

  /** Once it is closed Twilio asks, and the process that takes the call up must know all of it by then. */
  const closeLine = (reason: EndReason) => {
    const left = line
    const close = () => left?.socket.close(1000, reason)
    if (reason === 'handed-over') void options.kept().then(close)
    else close()
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
    if (state.phase !== 'ended') happened({ type: 'end-requested', reason: 'fault' })
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

  const playKeys = ({ toolCallId, keys }: Extract<CallEffect, { type: 'play-keys' }>) => {
    const { payload, ms } = keySound(keys)
    play(payload)
    happened({ type: 'keys-sent', toolCallId, sentMs: ms })
  }

  const tellCost = () => {
    const nano = (options.spentNano?.() ?? 0) - toldNano
    if (nano <= 0) return
    toldNano += nano
    happened({ type: 'cost-grew', nano })
  }

  const relieveModel = (nowMs: number) => {
    const congestedBytes = MODEL_CONGESTED_BYTES[options.audio]
    const fields = { bufferedBytes: model.bufferedBytes() }
    const [next, relief] = judge(pressure, fields.bufferedBytes, congestedBytes, nowMs)
    pressure = next
    switch (relief) {
      case 'nothing':
        return
      case 'pause':
        log.warn('model.pause', fields)
        return callerLane.pause()
      case 'resume':
        log.warn('model.resume', fields)
        return callerLane.resume()
      case 'replace':
        log.warn('model.replace', fields)
        return model.replace()
    }
  }

  const model = options.openModel(state.agent, {
    happened: guarded(happened),
    audio: guarded((delta) => {
      if (state.phase === 'talking' && state.holding && isWanted(state, delta.responseId)) {
        happened({ type: 'agent-about-to-speak' })
      }
      const speak = () => agentLane.audio(delta)
      // A delta is a few pieces with a mark after each.
      if (line) line.socket.together(speak)
      else speak()
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
  })

  const heardLane: Pick<CallerLane, 'frame'> = !sound ? callerLane : {
    frame: (timestampMs, payload) => {
      sound.caller(timestampMs, payload, clock.nowMs(), isSecretAsked(state))
      return callerLane.frame(timestampMs, payload)
    },
  }

  return {
    state: () => state,
    attach: (socket, streamSid) => {
      const encode = createStreamEncoder(streamSid)
      const leg = listenToCaller({ log, lane: heardLane, happened, fault })
      line = { socket, encode, leg }
      callerLane.newStream()
      sound?.newStream(clock.nowMs())
      happened({ type: 'caller-connected' })
      agentLane.open(play)
      return leg
    },
    tick: guarded(() => {
      const nowMs = clock.nowMs()
      tellCost()
      happened({ type: 'tick' })
      if (state.phase !== 'talking') return
      callerLane.join(options.isOverloaded() ? FRAMES_JOINED_UNDER_LOAD : framesJoined)
      callerLane.tick(nowMs, state.floor.is === 'caller')
      relieveModel(nowMs)
      if (!line) return
      if (line.leg.isAlive()) heardAtMs = nowMs
      const isStuck = line.socket.bufferedBytes() > CALLER_STUCK_BYTES
      if (isStuck || nowMs - heardAtMs > CALLER_LOST_MS) happened({ type: 'stream-lost' })
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
    end: (reason) => happened({ type: 'end-requested', reason }),
    counts: () => ({
      caller: callerLane.counts(),
      agent: agentLane.counts(),
      rejectedPayloads: transcoder.rejected,
    }),
  }
}
