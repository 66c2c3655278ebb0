// A server of cpp-httplib that answers everything at once: what figures of load are compared with.
//   empty_server PORT
#include <httplib.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: empty_server PORT\n", stderr);
    return 3;
  }
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  // A worker for every connection, so that none waits for another's.
  server.new_task_queue = [] { return new httplib::ThreadPool(128); };
  const auto answer = [](const httplib::Request&, httplib::Response& response) {
    response.set_content("{}", "application/json; charset=UTF-8");
  };
  server.Get(".*", answer);
  server.Post(".*", answer);
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 4;
}
