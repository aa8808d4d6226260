module backstitch.example/invoice

go 1.21

require backstitch.example/backstitch v0.0.0

replace backstitch.example/backstitch => ../bindings/go
