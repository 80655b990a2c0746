/**
 * A room in which phones hear each other: a conference, or the two ends of a `<Dial>`. It does not mix audio; it knows who hears
 * whom, and passes on what is said.
 *
 * https://www.twilio.com/docs/voice/twiml/conference
 */

/** Somebody in a room. */
export type Member = Readonly<{
  callSid: string
  isMuted: boolean
  /** Whether the conference begins with this one; those before wait. */
  startsOnEnter: boolean
  /** Whether it is over for all when this one leaves. */
  endsOnExit: boolean
  /** Is told what another member says. */
  hear: (from: string, what: string) => void
}>

/** What happens in a room, in Twilio's words. */
export type RoomEvent =
  | 'conference-start'
  | 'conference-end'
  | 'participant-join'
  | 'participant-leave'

export type Room = Readonly<{
  /** Lets somebody in; resolves when they are out again: by `leave`, or because the conference is over. */
  join: (member: Member, leave: AbortSignal) => Promise<void>
  /** Says something to all who can hear it. */
  say: (callSid: string, what: string) => void
  /** The calls that this one hears now. */
  hears: (callSid: string) => readonly string[]
  members: () => readonly string[]
  isStarted: () => boolean
}>

/** Opens an empty room. `tell` hears of every event; `about` is whom it is about. */
export const createRoom = (
  tell: (event: RoomEvent, about: string | undefined) => void = () => {},
): Room => {
  const inside = new Map<string, { member: Member; out: () => void }>()
  let isStarted = false

  const leave = (callSid: string) => {
    const left = inside.get(callSid)
    if (!left) return
    inside.delete(callSid)
    tell('participant-leave', callSid)
    left.out()
    const isOver = left.member.endsOnExit && isStarted
    if (isOver) { for (const each of [...inside.keys()]) leave(each) }
    if (inside.size > 0 || !isStarted) return
    isStarted = false
    tell('conference-end', undefined)
  }

  const canHear = (listener: string, speaker: Member): boolean =>
    isStarted && inside.has(listener) && listener !== speaker.callSid && !speaker.isMuted

  return {
    join: (member, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        inside.set(member.callSid, { member, out: resolve })
        signal.addEventListener('abort', () => leave(member.callSid), { once: true })
        if (!isStarted && member.startsOnEnter) {
          isStarted = true
          tell('conference-start', undefined)
        }
        tell('participant-join', member.callSid)
      }),
    say: (callSid, what) => {
      const speaker = inside.get(callSid)?.member
      if (!speaker) return
      for (const { member } of inside.values()) {
        if (canHear(member.callSid, speaker)) member.hear(callSid, what)
      }
    },
    hears: (callSid) =>
      [...inside.values()].filter(({ member }) => canHear(callSid, member))
        .map(({ member }) => member.callSid),
    members: () => [...inside.keys()],
    isStarted: () => isStarted,
  }
}
