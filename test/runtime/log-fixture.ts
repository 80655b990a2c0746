/** Says as much as it is told to and ends in the way that it is told, for the test that looks whether all of it was written. */
import process from 'node:process'
import { startLog } from '../../src/log.ts'
import * as own from '../../src/runtime/process.ts'

const [way, lines] = own.programArguments()
own.outliveReaders()
const log = startLog({ level: 'info', format: 'json', pii: false, write: own.complainLine })
own.onStopSignal(() => {
  log.info('service.stopped')
  own.exitOnceRead(0)
})
for (let number = 1; number <= Number(lines); number++) {
  log.info('call.offered', { number, version: 'x'.repeat(200) })
}
own.printLine('all is said')

if (way === 'throw') {
  setTimeout(() => {
    throw new TypeError('a mistake')
  }, 50)
}
// Deno hands a line on in the turn of the event loop after the one in which it was said.
if (way === 'kill') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
if (way === 'stop') process.kill(process.pid, 'SIGTERM')
// Until the signal is here.
setInterval(() => {}, 1_000)
