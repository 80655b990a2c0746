import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { type HttpServer, startHttpServer } from '../support/http-server.ts'
import { type McpServer, startMcpServer, text } from '../support/mcp-server.ts'
import {
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('tools of a customer file on %s', (name) => {
  let service: TestService
  let booking: HttpServer
  let stock: McpServer

  beforeAll(async () => {
    booking = await startHttpServer((request, response) => {
      if (request.url === '/hang') return
      response.writeHead(request.url === '/full' ? 409 : 200, {
        'content-type': 'application/json',
      })
      response.end('{"confirmation":"B-17","internal":"x"}')
    })
    stock = await startMcpServer({
      tools: () => [{ name: 'find', inputSchema: { type: 'object' } }],
      call: () => text('three left'),
    })
    service = await startTestService(name, { BOOKING_KEY: 'k-1' })
    await writeFile(
      join(service.configFolder, 'tandem.yaml'),
      'network: { allowPrivate: ["127.0.0.1/32"] }\n',
    )
    await writeFile(
      join(service.configFolder, 'customers', 'bright-smile.yaml'),
      fileOf(booking.url, stock.url),
    )
    await until('the tools are listed', () => service.log().includes('mcp.listed'))
  })
  afterAll(async () => {
    await service.stop()
    await booking.stop()
    await stock.stop()
  })

  /** What the model is told when it calls a tool in its answer to the caller. */
  const toldAfter = async (tool: string, given: string): Promise<string> => {
    const scenario = `voice: script
turns:
  - { call: ${tool}, arguments: '${given}' }
  - say: Is there anything else?
`
    service.behave(parseScenario(scenario, 'tools.yaml'))
    // What tools need is loaded when the file is read, which stalls a busy machine.
    const earlier = service.sessions.length
    const call = await service.answered()
    call.say(clipOfText(service.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0))
    let output: string | undefined
    await until('the model was told', () => {
      const items = service.sessions[earlier]?.items() ?? []
      output = items.flatMap((item) => item.type === 'function_call_output' ? [item.output] : [])[0]
      return output !== undefined
    }, 15_000)
    call.hangUp()
    await call.done
    return output ?? ''
  }

  it('send what the model says, and tell it what the file selects', async () => {
    expect(await toldAfter('book_table', '{"day":"2026-11-25","people":4}')).toBe(
      '{"confirmation":"B-17"}',
    )
    const [{ method, url, body, headers }] = booking.received
    expect([method, url, body, headers.authorization]).toEqual([
      'POST',
      '/tables/2026-11-25',
      '{"people":4}',
      'Bearer k-1',
    ])
  })

  it('tell the model what is wrong with what it says, and send nothing', async () => {
    const before = booking.received.length
    expect(await toldAfter('book_table', '{"day":"2026-11-25","people":12}')).toBe(
      'people must be at most 10, got 12. Correct it and try again.',
    )
    expect(booking.received.length).toBe(before)
  })

  it('tell the model when a server refuses, and when it hangs', async () => {
    expect(await toldAfter('book_full', '{}')).toMatch(/^The service refused: 409\./)
    expect(await toldAfter('book_hanging', '{}')).toMatch(/^The tool took longer than 1 seconds/)
  })

  it('are those of an MCP server that is called from here', async () => {
    expect(await toldAfter('find', '{}')).toBe('three left')
  })

  it('keep a message before the model says so', async () => {
    expect(await toldAfter('take_message', '{"name":"Ana","message":"Call me."}')).toBe(
      'The message was taken.',
    )
    const data = join(dirname(service.configFolder), 'data', 'messages', 'bright-smile.jsonl')
    expect(JSON.parse(await readFile(data, 'utf8'))).toMatchObject({
      name: 'Ana',
      number: '+15550001111',
      message: 'Call me.',
    })
    expect(service.log()).not.toContain('Call me.')
  })
})

const fileOf = (booking: string, stock: string): string =>
  `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent:
  instructions: You answer the phone.
  tools:
    - take_message
    - name: book_table
      description: Books a table.
      parameters: { day: the date, people: { type: integer, maximum: 10 } }
      http:
        url: ${booking}/tables/{day}
        headers: { authorization: "Bearer \${env:BOOKING_KEY}" }
        select: [confirmation]
    - name: book_full
      description: Books nothing.
      http: { url: "${booking}/full" }
    - name: book_hanging
      description: Books at length.
      http: { url: "${booking}/hang" }
      timeout: 1s
    - mcp: { label: stock, url: "${stock}", via: tandem }
`
