// Starts `closecheck serve` for a driver, and says what a refusal must look like. Talks to loopback only.
'use strict'

const assert = require('assert')
const { spawn } = require('child_process')

/** Starts the service with these options; resolves to its address and to how it is ended. */
function serve (program, options) {
  const child = spawn(program, ['serve', '--port', '0', '--housekeeping', '20ms', '--log-level', 'warn', ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.on('error', reject)
    child.on('exit', code => reject(new Error(`the service ended with ${code}`)))
    child.stdout.on('data', data => {
      said += data
      const match = /listening on (https?:\S+)/.exec(said)
      if (!match) return
      resolve({
        url: match[1],
        end: () => new Promise(done => {
          child.removeAllListeners('exit')
          child.on('exit', done)
          child.kill('SIGTERM')
        })
      })
    })
  })
}

/** Resolves once `ask` gives true. */
async function until (what, ask) {
  const deadline = Date.now() + 30000
  while (!(await ask())) {
    assert(Date.now() < deadline, `waited too long: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** The promise must fail as a refusal of the service, with that status and type. */
async function refused (promise, status, type, reason) {
  const error = await promise.then(() => assert.fail('was accepted'), error => error)
  assert.strictEqual(error.name, 'ResponseError', error.stack)
  assert.strictEqual(error.statusCode, status, JSON.stringify(error.meta.body))
  assert.strictEqual(error.meta.body.error.type, type, JSON.stringify(error.meta.body))
  assert.strictEqual(error.meta.body.status, status)
  if (reason) assert.match(error.meta.body.error.reason, reason)
  return error
}

module.exports = { serve, until, refused }
