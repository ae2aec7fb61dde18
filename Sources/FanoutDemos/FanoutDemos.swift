// FanoutDemos
