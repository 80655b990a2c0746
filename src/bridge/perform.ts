/** Does what a call has decided: each effect goes to the leg, the lane or the owner that it is for, and nothing is decided here. */
import type { CallEffect } from '../call/effects.ts'
import type { EndReason } from '../call/end-reason.ts'
import type { Happening } from '../call/events.ts'
import type { AgentLane } from './agent-lane.ts'
import type { BridgeOptions } from './bridge.ts'
import type { SentSound } from './call-sound.ts'
import type { CallerLane } from './caller-lane.ts'
import type { CallerLine } from './caller-line.ts'
import { holdTone } from './hold-tone.ts'
import { keySound } from './key-sound.ts'
import type { ModelLeg } from './model-leg.ts'

export type PerformOptions =
  & Pick<BridgeOptions, 'human' | 'kept' | 'onCheckpoint' | 'onReport' | 'sumUp'>
  & Readonly<{
    line: CallerLine
    model: ModelLeg
    agentLane: AgentLane
    callerLane: CallerLane
    /** Plays what is no word of the agent's. */
    play: (payload: string, what: Exclude<SentSound, { is: 'line' }>) => void
    runTool: (call: Extract<CallEffect, { type: 'run-tool' }>) => void
    happened: (happening: Happening) => void
    /** The call is over: nothing is run for it any more. */
    ended: () => void
  }>

/** Gives what performs the effects of one call, to be told them in order. */
export const createPerform = (options: PerformOptions): (effect: CallEffect) => void => {
  const { line, model, agentLane, callerLane, play, happened } = options

  /** Once it is closed Twilio asks, and the process that takes the call up must know all of it by then. */
  const closeLine = (reason: EndReason) => {
    const close = () => line.close(reason)
    if (reason === 'handed-over') void options.kept().then(close)
    else close()
  }

  return (effect) => {
    switch (effect.type) {
      case 'clear-playback':
        line.clear()
        return agentLane.drop()
      case 'mark-playback':
        return line.mark(effect.name)
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
        play(holdTone(), { is: 'tone' })
        return happened({ type: 'hold-sent', sentMs: effect.ms })
      case 'run-tool':
        return options.runTool(effect)
      case 'return-output':
        return model.returnOutput(effect.toolCallId, effect.output)
      case 'answer-approval':
        return model.answerApproval(effect.requestId, effect.approve, effect.reason)
      case 'tell-model':
        return model.tell({ ...effect, speaker: 'note' })
      case 'play-keys': {
        const { payload, ms } = keySound(effect.keys)
        play(payload, { is: 'keys', keys: effect.keys })
        return happened({ type: 'keys-sent', toolCallId: effect.toolCallId, sentMs: ms })
      }
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
      case 'leave-stream':
        line.leave()
        return agentLane.close()
      case 'checkpoint':
        return options.onCheckpoint(effect.checkpoint)
      case 'sum-up':
        return options.sumUp(effect.hasSession ? model : undefined)
      case 'end-call':
        options.ended()
        if (!effect.isModelKept) model.close()
        return closeLine(effect.reason)
      case 'report':
        return options.onReport(effect.report)
    }
  }
}
