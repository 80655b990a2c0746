/**
 * What `<Dial>` does: rings another phone and joins the two, or lets the call into a conference.
 *
 * https://www.twilio.com/docs/voice/twiml/dial
 */
import { dialFields, type DialResult, type FormFields } from '../caller/call-fields.ts'
import { NO_VERB_LEFT, readAnswer } from '../caller/follow-twiml.ts'
import type { CallEnding } from '../caller/outcome.ts'
import type { CallMeans, PhoneCall, PhoneCallOptions } from '../caller/phone-call.ts'
import type { DialNoun, DialVerb, HttpMethod } from '../caller/twiml.ts'
import { createRoom, type Member, type Room, type RoomEvent } from './conference.ts'
import type { RingOptions, RungPhone } from './ring.ts'
import { statusCallbacks } from './progress.ts'

export type DiallerOptions =
  & CallMeans
  & Readonly<{
    ring: (
      parties: RingOptions['parties'],
      more: Pick<RingOptions, 'callbacks' | 'timeoutS' | 'answered'>,
    ) => RungPhone
  }>

export type Dialler = Readonly<{
  dial: PhoneCallOptions['dial']
  say: (callSid: string, what: string) => void
  hears: (callSid: string) => readonly string[]
  conference: (name: string) => Room | undefined
}>

/** Makes the dialler of an account: its conferences, and who is in which room. */
export const createDialler = (options: DiallerOptions): Dialler => {
  const conferences = new Map<string, Readonly<{ room: Room; sid: string }>>()
  const rooms = new Map<string, Room>()

  const inRoom = async (room: Room, member: Member, leave: AbortSignal) => {
    rooms.set(member.callSid, room)
    await room.join(member, leave)
    if (rooms.get(member.callSid) === room) rooms.delete(member.callSid)
  }

  const confer = async (noun: DialNoun, call: PhoneCall, documentUrl: string) => {
    const known = conferences.get(noun.address)
    const conference = known ?? openConference(options, noun, call, documentUrl)
    conferences.set(noun.address, conference)
    const { room, sid } = conference
    const leave = call.hook.interrupted()
    const inside = inRoom(room, memberOf(call, noun), leave)
    if (!room.isStarted()) await hold(call, noun, documentUrl, sid)
    await inside
    return { DialCallStatus: 'answered', ConferenceSid: sid }
  }

  const connect = async (
    verb: DialVerb,
    noun: DialNoun,
    call: PhoneCall,
    documentUrl: string,
  ): Promise<FormFields> => {
    const { clock, newSid } = options
    const { accountSid, callSid: parentCallSid, from } = call.parties
    const callSid = newSid('CA')
    const room = createRoom()
    const leave = call.hook.interrupted()
    let bridgedAtMs: number | undefined

    const answered = async (other: PhoneCall): Promise<CallEnding> => {
      const { url, method } = noun.attributes
      if (url !== undefined) {
        const source = { url: absolute(url, documentUrl), method: methodOf(method), extra: {} }
        const whisper = await other.follow(source)
        if (whisper.reason !== NO_VERB_LEFT) return whisper
      }
      if (leave.aborted) return { end: 'server-closed', reason: 'the caller is gone' }
      bridgedAtMs = clock.nowMs()
      await Promise.all([
        inRoom(room, memberOf(other), other.hook.interrupted()),
        inRoom(room, memberOf(call), leave),
      ])
      return other.hook.hungUp.aborted
        ? { end: 'caller-hung-up' }
        : { end: 'server-closed', reason: 'the other party is gone' }
    }

    const rung = options.ring({
      accountSid,
      callSid,
      from: verb.callerId ?? from,
      to: noun.kind === 'client' ? `client:${noun.address}` : noun.address,
      direction: 'outbound-dial',
      parentCallSid,
    }, {
      callbacks: statusCallbacks(
        noun.attributes.statusCallback,
        (noun.attributes.statusCallbackEvent ?? '').split(' ').filter((event) => event !== ''),
      ),
      timeoutS: verb.timeoutS,
      answered,
    })
    // A phone that rings for a caller who has gone rings no more.
    leave.addEventListener('abort', () => {
      if (bridgedAtMs === undefined) rung.call.change({ end: true })
    }, { once: true })
    await rung.done
    return dialFields(
      { status: resultOf(rung, bridgedAtMs), durationMs: clock.nowMs() - (bridgedAtMs ?? 0) },
      callSid,
    )
  }

  return {
    dial: (verb, call, documentUrl) => {
      const [noun] = verb.nouns
      if (!noun || noun.kind === 'queue') return Promise.resolve({ DialCallStatus: 'failed' })
      return noun.kind === 'conference'
        ? confer(noun, call, documentUrl)
        : connect(verb, noun, call, documentUrl)
    },
    say: (callSid, what) => rooms.get(callSid)?.say(callSid, what),
    hears: (callSid) => rooms.get(callSid)?.hears(callSid) ?? [],
    conference: (name) => conferences.get(name)?.room,
  }
}

/** Somebody who picked up and did not get through to the caller did not answer. */
const resultOf = ({ status }: RungPhone, bridgedAtMs: number | undefined): DialResult['status'] => {
  const last = status()
  if (last === 'busy' || last === 'failed' || last === 'canceled') return last
  return bridgedAtMs === undefined ? 'no-answer' : 'completed'
}

const memberOf = (call: PhoneCall, noun?: DialNoun): Member => {
  const is = (name: string, byDefault: boolean) =>
    (noun?.attributes[name] ?? String(byDefault)) === 'true'
  return {
    callSid: call.parties.callSid,
    isMuted: is('muted', false),
    startsOnEnter: is('startConferenceOnEnter', true),
    endsOnExit: is('endConferenceOnExit', noun === undefined),
    hear: (from, what) => call.journal.note({ event: 'heard', from, what }),
  }
}

/** What is heard until the conference begins: the music of the document at `waitUrl`, or Twilio's own. */
const hold = async (
  call: PhoneCall,
  { attributes: { waitUrl, waitMethod } }: DialNoun,
  documentUrl: string,
  conferenceSid: string,
): Promise<void> => {
  if (waitUrl === '') return
  if (waitUrl === undefined) {
    return call.journal.note({ event: 'heard', from: 'twilio', what: 'hold music' })
  }
  const extra = { ConferenceSid: conferenceSid }
  const url = absolute(waitUrl, documentUrl)
  const read = readAnswer(await call.ask({ url, method: methodOf(waitMethod), extra }))
  if ('code' in read) return call.journal.warn(read.code, read.problem)
  for (const verb of read) call.journal.note({ event: 'verb', verb })
}

const openConference = (
  { newSid }: CallMeans,
  { address, attributes }: DialNoun,
  call: PhoneCall,
  documentUrl: string,
) => {
  const sid = newSid('CF')
  const wanted = new Set((attributes.statusCallbackEvent ?? 'start end').split(' '))
  const { statusCallback, statusCallbackMethod } = attributes
  let sequenceNumber = 0
  const room = createRoom((event, about) => {
    if (statusCallback === undefined || !wanted.has(SHORT_NAMES[event])) return
    call.notify(absolute(statusCallback, documentUrl), methodOf(statusCallbackMethod), {
      AccountSid: call.parties.accountSid,
      ConferenceSid: sid,
      FriendlyName: address,
      StatusCallbackEvent: event,
      SequenceNumber: String(++sequenceNumber),
      ...(about !== undefined && { CallSid: about }),
    })
  })
  return { room, sid }
}

const SHORT_NAMES: Readonly<Record<RoomEvent, string>> = {
  'conference-start': 'start',
  'conference-end': 'end',
  'participant-join': 'join',
  'participant-leave': 'leave',
}

const methodOf = (method: string | undefined): HttpMethod => method === 'GET' ? 'GET' : 'POST'

const absolute = (url: string, documentUrl: string): string =>
  URL.canParse(url) ? url : new URL(url, documentUrl).href
