/** Rings a phone and sees what becomes of it: picked up by a person or a machine, busy, not answered, not there. */
import type { CallParties, CallStatus, FormFields } from '../caller/call-fields.ts'
import type { CallEnding, CallOutcome } from '../caller/outcome.ts'
import {
  type CallMeans,
  createPhoneCall,
  type PhoneCall,
  type PhoneCallOptions,
} from '../caller/phone-call.ts'
import { type AnsweredBy, beepEndsMs, behaviourOf, type Callee, ringsMsOf } from './callee.ts'
import { createProgress, type StatusCallbacks } from './progress.ts'

/** Where it is told who picked up: at once, or when a machine has said what it has to say. */
export type Detection = Readonly<{ mode: 'Enable' | 'DetectMessageEnd'; url: string }>

export type RingOptions = Readonly<{
  parties: CallParties
  callee: Callee
  callbacks: StatusCallbacks
  /** How long it rings at most. */
  timeoutS: number
  detection?: Detection | undefined
  detectionMs: number
  delayMs: (status: CallStatus) => number
  dial: PhoneCallOptions['dial']
  /** What is done once somebody has picked up; the call ends with it. */
  answered: (call: PhoneCall) => Promise<CallEnding>
}>

/** A phone that rings, or has rung. */
export type RungPhone = Readonly<{
  call: PhoneCall
  status: () => CallStatus
  done: Promise<CallOutcome>
}>

/** Rings a phone. It goes on by itself. */
export const ringPhone = (means: CallMeans, options: RingOptions): RungPhone => {
  const { clock, now } = means
  const { callee, timeoutS, delayMs } = options
  const call = createPhoneCall({
    ...means,
    parties: options.parties,
    behaviour: behaviourOf(callee),
    answerDelayMs: 0,
    dial: options.dial,
  })
  const tell = createProgress({ clock, now, delayMs }, call, options.callbacks)
  let status: CallStatus = 'queued'
  const become = (next: CallStatus, more?: FormFields) => {
    status = next
    tell(next, more)
  }

  const pickUp = async (): Promise<CallEnding> => {
    await call.hook.answer(0)
    call.journal.note({ event: 'answered' })
    become('in-progress')
    const stopDetection = detect(means, call, options)
    const stopPerson = actAsPerson(means, call, callee)
    const ending = await options.answered(call)
    stopDetection()
    stopPerson()
    become('completed')
    return ending
  }

  const run = async (): Promise<CallOutcome> => {
    // Whoever asked hears of the call before anything happens to it.
    await call.hook.pause(0)
    become('initiated')
    if (callee.is === 'failed') {
      const sipCode = String(callee.sipCode ?? 404)
      become('failed', { SipResponseCode: sipCode })
      return call.sumUp({ end: 'failed', reason: sipCode })
    }
    become('ringing')
    const ringsMs = ringsMsOf(callee)
    await call.hook.pause(Math.min(ringsMs, timeoutS * 1000))
    if (call.hook.takeChange()) {
      become('canceled')
      return call.sumUp({ end: 'server-closed', reason: 'canceled' })
    }
    const refused = callee.is === 'busy' ? 'busy' : ringsMs > timeoutS * 1000 ? 'no-answer' : ''
    if (refused === '') return call.sumUp(await pickUp())
    become(refused)
    return call.sumUp({ end: 'rejected', reason: refused })
  }

  return { call, status: () => status, done: run() }
}

/** Tells who picked up, when that is known. Gives what stops it. */
const detect = (
  { clock }: CallMeans,
  call: PhoneCall,
  { callee, detection, detectionMs }: RingOptions,
): () => void => {
  if (!detection) return () => {}
  let cancel = () => {}
  let isStopped = false
  const tellAfter = (ms: number, answeredBy: AnsweredBy) => {
    cancel = clock.after(ms, () =>
      call.notify(detection.url, 'POST', {
        AccountSid: call.parties.accountSid,
        CallSid: call.parties.callSid,
        AnsweredBy: answeredBy,
        MachineDetectionDuration: String(Math.round(ms)),
      }))
  }
  if (callee.is === 'voicemail' && detection.mode === 'DetectMessageEnd') {
    // The machine speaks on the stream, so its beep is counted from there.
    call.started.then(
      () => isStopped || tellAfter(beepEndsMs(callee), 'machine_end_beep'),
      () => {},
    )
  } else tellAfter(detectionMs, callee.is === 'voicemail' ? 'machine_start' : 'human')
  return () => {
    isStopped = true
    cancel()
  }
}

/** Presses the keys of a person, and hangs up when they have had enough. Gives what stops it. */
const actAsPerson = ({ clock }: CallMeans, call: PhoneCall, callee: Callee): () => void => {
  if (callee.is !== 'person') return () => {}
  for (const key of callee.keys ?? '') call.pressKey(key)
  return callee.hangsUpAfterMs === undefined
    ? () => {}
    : clock.after(callee.hangsUpAfterMs, call.hook.hangUp)
}
