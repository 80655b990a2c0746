/** What is known of a call from outside: who calls whom, which line it is on, and which machine has it. */
import type { Line } from '../config/config.ts'
import type { Variables } from '../config/values/variables.ts'

/** A call as Twilio offers it, and the line it came in on. */
export type OfferedCall = Readonly<{
  callSid: string
  accountSid: string
  /** The other party, whoever called whom. */
  from: string
  line: Line
  /** The machine that holds the call. */
  owner: string
  /** The agent of the customer's that answers; the main one when absent. */
  agent?: string
  /** With it another call may show this caller's number. */
  callToken?: string
  /** What the blanks of the agent are filled with. */
  variables?: Variables
  /** What whoever asked for the call wants kept with it. */
  metadata?: Readonly<Record<string, string>>
  /** How long it may ring before there is a stream; a call that came in rings no longer. */
  ringsForMs?: number
}>

/** A call that waits for its stream; the token of that stream is good for this epoch alone. */
export type AwaitedCall = OfferedCall & Readonly<{ epoch: number }>

/** A call that begins in this process. */
export type BegunCall = Readonly<{
  facts: OfferedCall
  model: string
  /** Above 1 where another process held it before. */
  epoch: number
}>
