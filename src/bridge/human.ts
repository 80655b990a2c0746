/**
 * The human that a caller is put through to with a summary: called by Twilio while the caller waits in a conference, and let go if it
 * comes to nothing.
 */
import type { Log } from '../log.ts'
import { refusalOf } from '../twilio-rest/refusal.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import type { OfferedCall } from './offered-call.ts'

/** The human that a caller is put through to, while they make up their mind. */
export type Human = Readonly<{
  call: (transfer: Readonly<{ destination: string; summary: string }>) => void
  hangUp: () => void
  /** Has Twilio ask what to do with the caller, who waits elsewhere. */
  bringBack: () => void
}>

export type HumanOptions = Readonly<{
  twilio: TwilioApi
  publicUrl: string
  facts: OfferedCall
  log: Log
  /** The human could not even be called. */
  failed: () => void
}>

/** Makes the human of a call. What Twilio refuses is logged; a call that cannot be placed has failed. */
export const createHuman = ({ twilio, publicUrl, facts, log, failed }: HumanOptions): Human => {
  const { callSid, line } = facts
  let called: Promise<string | undefined> = Promise.resolve(undefined)

  const complain = (doing: string) => (error: unknown) => {
    log.error('transfer.twilio-refused', { doing, ...refusalOf(error) })
    return undefined
  }

  return {
    call: ({ destination }) => {
      const { to, callerId, timeoutMs } = line.customer.destinations[destination]
      const url = `${publicUrl}/twilio/human/${callSid}`
      called = twilio.createCall({
        to,
        ...shown(callerId, facts),
        url,
        statusCallback: `${url}/status`,
        timeoutS: Math.ceil(timeoutMs / 1000),
      }).then((placed) => placed.callSid, (error) => {
        complain('call the human')(error)
        failed()
        return undefined
      })
    },
    hangUp: () => {
      const letGo = (sid: string | undefined) =>
        sid === undefined ? undefined : twilio.updateCall(sid, { status: 'completed' })
      void called.then(letGo).catch(complain('let the human go'))
    },
    bringBack: () => {
      const url = `${publicUrl}/twilio/after`
      void twilio.updateCall(callSid, { url }).catch(complain('bring the caller back'))
    },
  }
}

/** What number the human sees. That of the caller may be shown only with the token of their call. */
const shown = (
  callerId: string,
  { from, callToken, line }: OfferedCall,
): Readonly<{ from: string; callToken?: string }> => {
  if (callerId === 'caller' && callToken !== undefined) return { from, callToken }
  return { from: callerId === 'caller' || callerId === 'line' ? line.number : callerId }
}
