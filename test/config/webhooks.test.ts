import { expect, test } from 'vitest'
import { customerOf, problemsOf, withLines } from './sources.ts'

const ALL = [
  'call.started',
  'call.ended',
  'transcript.final',
  'message.taken',
  'transfer.done',
  'summary.ready',
]

test('a webhook is told of everything, or of what it names', () => {
  const { webhooks } = customerOf(withLines(`webhooks:
  - { url: "https://crm.example.com/calls", secret: "\${env:CRM_SECRET}" }
  - { url: "https://desk.example.com/", secret: "\${env:DESK_SECRET}", events: [message.taken] }
`))
  expect(webhooks).toEqual([
    { url: 'https://crm.example.com/calls', secret: '${env:CRM_SECRET}', events: ALL },
    {
      url: 'https://desk.example.com/',
      secret: '${env:DESK_SECRET}',
      events: ['message.taken'],
    },
  ])
  expect(customerOf(withLines('')).webhooks).toEqual([])
})

const hook = (rest: string) => problemsOf(withLines(`webhooks: [{ ${rest} }]\n`))
const URL_HINT =
  'write https://crm.example.com/calls, without a password; the signature says who sends'

test('mistakes are said at their place', () => {
  const secret = 'secret: "${env:A}"'
  expect(hook(`url: "crm.example.com", ${secret}`)).toEqual([
    `5:19 invalid-url "crm.example.com" is no http or https address that events can be sent to > ${URL_HINT}`,
  ])
  expect(hook(`url: "https://a:b@crm.example.com", ${secret}`)).toHaveLength(1)
  expect(hook('url: "https://crm.example.com", secret: whsec_abc')).toEqual([
    '5:54 invalid-value the secret of a webhook comes from the environment > write "${env:NAME}"',
  ])
  expect(hook('url: "https://crm.example.com", secret: "${env:OPENAI_API_KEY}"')).toEqual([
    '5:54 invalid-variable OPENAI_API_KEY belongs to the service; a customer file may not use it > ' +
    'give the variable of a customer a name of its own',
  ])
  expect(hook(`url: "https://a.example.com", ${secret}, event: [call.ended]`)).toEqual([
    '5:64 unknown-key unknown key "event" in webhooks[0] > did you mean "events"?',
  ])
  expect(hook(`url: "https://a.example.com", ${secret}, events: [call.end]`)).toHaveLength(1)
  expect(problemsOf(withLines(`webhooks:
  - { url: "https://crm.example.com", ${secret} }
  - { url: "https://crm.example.com", ${secret} }
`))).toEqual([
    '7:12 invalid-url https://crm.example.com is listed twice > keep one of them, with the events of both',
  ])
})
