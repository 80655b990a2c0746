/**
 * What follows from who picked up, in the words of Twilio's detection, which listens beside the call.
 *
 * https://www.twilio.com/docs/voice/answering-machine-detection
 */
import type { Machine } from '../config/outbound.ts'
import type { MachineDetection } from '../twilio/rest.ts'

/** Who picked up. */
export type AnsweredBy = 'human' | 'machine' | 'unknown'

/** What is done about it. */
export type MachineStep =
  | Readonly<{ is: 'go-on' }>
  | Readonly<{ is: 'hang-up' }>
  | Readonly<{ is: 'leave'; message: string }>

/** What is to be detected: a machine at once, or the end of its beep. Where the agent talks to both, nobody needs to know. */
export const detectionOf = (machine: Machine, callback: string): MachineDetection | undefined => {
  switch (machine.then) {
    case 'go-on':
      return undefined
    case 'hang-up':
      return { until: 'start', callback }
    case 'leave':
      return { until: 'message-end', callback }
  }
}

/** Reads Twilio's `AnsweredBy`. A fax is a machine, too. */
export const whoIs = (answeredBy: string): AnsweredBy => {
  if (answeredBy === 'human') return 'human'
  return answeredBy === 'fax' || answeredBy.startsWith('machine') ? 'machine' : 'unknown'
}

/** Decides what to do. A message is left once the machine records; one who is not known may be a person. */
export const machineStep = (machine: Machine, answeredBy: string): MachineStep => {
  if (whoIs(answeredBy) !== 'machine' || machine.then === 'go-on') return { is: 'go-on' }
  if (machine.then === 'hang-up' || answeredBy === 'fax') return { is: 'hang-up' }
  return answeredBy === 'machine_start'
    ? { is: 'go-on' }
    : { is: 'leave', message: machine.message }
}
