// FanoutView
