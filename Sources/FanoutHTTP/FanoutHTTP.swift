// FanoutHTTP
