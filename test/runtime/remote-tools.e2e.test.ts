/** MCP servers that the model calls without us: a real one on loopback, which the simulated model calls as OpenAI's network would. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silencesOf } from '../../src/sim/caller/silences.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { headersOf, type McpServer, startMcpServer, text } from '../support/mcp-server.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const LINE = '+15005550021'
const names = Object.keys(RUNTIMES) as RuntimeName[]
/** Long enough that a caller would wonder. */
const SLOW_MS = 3_500

describe.each(names)('MCP servers that OpenAI calls, on %s', (name) => {
  let service: TestService
  let crm: McpServer

  beforeAll(async () => {
    crm = await startMcpServer({
      tools: () =>
        ['find', 'slow', 'fail', 'cancel', 'secret'].map((name) => ({
          name,
          inputSchema: { type: 'object' },
        })),
      call: (tool) => {
        if (tool === 'fail') return text('No such customer.', true)
        if (tool === 'slow') return new Promise((resolve) => setTimeout(resolve, SLOW_MS))
        return text(tool === 'cancel' ? 'Cancelled.' : 'Ana Lima, gold')
      },
    })
    // Nobody listens there.
    const gone = await startMcpServer({ tools: () => [] })
    await gone.stop()
    service = await startTestService(name, { CRM_KEY: 'k-2' }, {
      shop: fileOf(crm.url, gone.url),
    })
  })
  afterAll(async () => {
    await service.stop()
    await crm.stop()
  })

  /** A call in which the caller says yes each time he is spoken to, `times` times, and hangs up after the last answer. */
  const talk = async (turns: string, last: RegExp) => {
    service.behave(parseScenario(`voice: script\nturns:\n${turns}`, 'remote.yaml'))
    await service.hasRoom()
    const earlier = service.sessions.length
    const call = service.call({ to: LINE })
    const line = await call.started
    const session = () => service.sessions[earlier]
    await until('the tools are listed', () => (session()?.record.sent['mcp_list_tools.completed'] ?? 0) > 0)
    await until('the other server is missed', () => session().record.sent['mcp_list_tools.failed'] > 0)
    const say = () =>
      line.say(clipOfText(service.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0))
    const saidOf = (wanted: RegExp) =>
      session().items().some((item) =>
        item.type === 'message' && item.role === 'assistant' &&
        item.content.some((part) => part.type === 'output_audio' && wanted.test(part.transcript ?? ''))
      )
    say()
    return {
      say,
      said: (wanted: RegExp) => until(`the agent says ${wanted}`, () => saidOf(wanted), 20_000),
      ended: async () => {
        await until(`the agent says ${last}`, () => saidOf(last), 20_000)
        const { callSid } = call.parties
        line.hangUp()
        const outcome = await call.done
        await until('it is on record', async () => (await record(callSid))?.endedAt !== undefined)
        return { ...await record(callSid), outcome, items: session().items() }
      },
    }
  }

  const record = async (callSid: string) => {
    const response = await fetch(`${service.url}/api/v1/calls/${callSid}`, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    })
    return response.ok ? await response.json() : undefined
  }

  it('have their tools called, and the model is asked to go on with what they gave', async () => {
    const call = await talk('  - { mcp: find, arguments: { name: Ana } }\n  - say: She is a gold customer.', /gold/)
    const done = await call.ended()
    console.log(JSON.stringify(done, null, 1).slice(0, 3000))
    expect(headersOf(crm, 'authorization')).toEqual(['Bearer k-2'])
  })
})

const fileOf = (crm: string, gone: string): string =>
  `customer: Shop
numbers: ["${LINE}"]
agent:
  instructions: You answer the phone.
  tools:
    - mcp: { label: crm, url: "${crm}", allow: [find, slow, fail], headers: { authorization: "Bearer \${env:CRM_KEY}" } }
    - mcp: { label: gone, url: "${gone}" }
`
