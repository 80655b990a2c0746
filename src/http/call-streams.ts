/** The verbs that open a stream to this machine, with the token that binds it to its call. */
import type { AwaitedCall } from '../bridge/offered-call.ts'
import { connectStream, startStream, type TwimlVerb } from '../twilio/twiml.ts'
import { lineSearch } from './call-form.ts'
import { signToken } from './stream-token.ts'
import { webSocketUrl } from './twilio-signature.ts'

export type CallStreamsOptions = Readonly<{
  publicUrl: string
  /** Signs the tokens of streams. */
  secret: string
  /** Seconds since the epoch. */
  nowS: () => number
}>

export type CallStreams = Readonly<{
  /** Joins the call to its agent. */
  connect: (call: AwaitedCall) => TwimlVerb
  /** Lets us hear the call, which goes on with the next verb. */
  fork: (call: AwaitedCall) => TwimlVerb
  /** Where Twilio asks what to do once the stream of a call has ended; of a call that nobody knows, without `call`. */
  after: (call?: Pick<AwaitedCall, 'from' | 'line'>) => string
}>

/** Makes the verbs. */
export const callStreams = ({ publicUrl, secret, nowS }: CallStreamsOptions): CallStreams => {
  // For a process that is just being replaced Twilio tries again, as often as it does at all.
  const after: CallStreams['after'] = (call) =>
    `${publicUrl}/twilio/after${call ? lineSearch(call) : ''}#rc=5&rp=all`
  const streamFor = ({ callSid, epoch, owner }: AwaitedCall) => ({
    url: `${webSocketUrl(publicUrl)}/twilio/media/${owner}/${callSid}`,
    statusCallback: `${publicUrl}/twilio/stream-status`,
    parameters: { token: signToken(secret, { callSid, epoch }, nowS()) },
  })
  return {
    connect: (call) => connectStream({ ...streamFor(call), action: after(call) }),
    fork: (call) => startStream(streamFor(call)),
    after,
  }
}
