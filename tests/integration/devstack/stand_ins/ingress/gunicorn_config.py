import os

bind = f"127.0.0.1:{int(os.environ['PORT_BASE']) + 1}"
workers = 2
threads = 2
reuse_port = True
graceful_timeout = 2
